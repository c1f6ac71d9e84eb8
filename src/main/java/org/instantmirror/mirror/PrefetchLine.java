package org.instantmirror.mirror;

import java.time.Instant;
import java.util.Optional;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.upstream.Standing;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.usage.PrefetchSelection.Line;

/** How fast a repository's packages come, as far as it was measured. */
final class PrefetchLine {

  private PrefetchLine() {}

  /** Of the upstream that would be asked first. */
  static Line of(UpstreamPool pool, RepositoryFolder folder, Instant now) {
    Optional<Standing> best =
        pool.standings(Folders.repomd(folder).path(), now).stream()
            .filter(standing -> standing.rank() == 1)
            .findFirst();
    Double rate = best.map(Standing::bytesPerSecond).orElse(null);
    Double first = best.map(Standing::firstByteMillis).orElse(null);
    return new Line(
        rate == null || !(rate > 0) ? Line.UNKNOWN.bytesPerSecond() : rate,
        first == null ? Line.UNKNOWN.fixedSeconds() : first / 1000);
  }
}
