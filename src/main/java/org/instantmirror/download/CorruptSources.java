package org.instantmirror.download;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Upstreams that have lately sent a file other than repodata lists: asked last for that file, as
 * clients come again within milliseconds. Bounded; thread-safe.
 */
final class CorruptSources {

  private static final int MOST = 1000;
  private static final Duration REMEMBERED = Duration.ofMinutes(5);

  // Guarded by this.
  private final Map<URI, Instant> seen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<URI, Instant> eldest) {
          return size() > MOST;
        }
      };

  /** That URL's body was corrupt. */
  synchronized void record(URI uri, Instant now) {
    seen.remove(uri);
    seen.put(uri, now);
  }

  /** Whether that was so lately. */
  synchronized boolean contains(URI uri, Instant now) {
    Instant at = seen.get(uri);
    return at != null && !at.isAfter(now) && now.isBefore(at.plus(REMEMBERED));
  }
}
