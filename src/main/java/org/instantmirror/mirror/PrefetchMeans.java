package org.instantmirror.mirror;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.function.Supplier;
import org.instantmirror.download.Ahead;
import org.instantmirror.repo.PrefetchSettings;

/**
 * What fetching ahead works with.
 *
 * @param settings as they are configured when asked
 * @param zone whose clock days and windows go by
 */
record PrefetchMeans(
    GenerationRecords records,
    Repositories repositories,
    Ahead ahead,
    Supplier<PrefetchSettings> settings,
    Clock clock,
    ZoneId zone) {

  Instant now() {
    return clock.instant();
  }

  LocalDate today() {
    return LocalDate.ofInstant(now(), zone);
  }

  boolean isOpen() {
    return settings.get().window().contains(LocalTime.ofInstant(now(), zone));
  }
}
