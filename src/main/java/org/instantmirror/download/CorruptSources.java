package org.instantmirror.download;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.instantmirror.repo.EntryKey;

/**
 * Upstreams that have lately sent a file other than repodata lists: asked last for that file, as
 * clients come again within milliseconds. And files of which several have sent segments that were
 * together not the one: fetched from one after the other for a while, which tells who it was.
 * Bounded; thread-safe.
 */
final class CorruptSources {

  private static final int MOST = 1000;
  private static final Duration REMEMBERED = Duration.ofMinutes(5);

  // Guarded by this.
  private final Map<Object, Instant> seen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Instant> eldest) {
          return size() > MOST;
        }
      };

  /** That URL's body was corrupt. */
  void record(URI uri, Instant now) {
    remember(uri, now);
  }

  /** That file's segments were together another file. */
  void record(EntryKey mixture, Instant now) {
    remember(mixture, now);
  }

  private synchronized void remember(Object what, Instant now) {
    seen.remove(what);
    seen.put(what, now);
  }

  /** Whether that was so lately. */
  boolean contains(URI uri, Instant now) {
    return isRemembered(uri, now);
  }

  /** Whether that was so lately. */
  boolean contains(EntryKey mixture, Instant now) {
    return isRemembered(mixture, now);
  }

  private synchronized boolean isRemembered(Object what, Instant now) {
    Instant at = seen.get(what);
    return at != null && !at.isAfter(now) && now.isBefore(at.plus(REMEMBERED));
  }
}
