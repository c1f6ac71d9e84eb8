package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.instantmirror.repodata.RepositoryFolder;

/**
 * Which generation of a repository a client has begun to take: {@code repomd.xml} and its signature
 * must be of one, and dnf asks for them in this order, zypper in the other and never again. Clients
 * behind one address count as one, so this is the best that can be done for them, not a promise.
 * Bounded; thread-safe.
 */
final class StickyClients {

  /** Time enough for the requests that belong together. */
  static final Duration TIME = Duration.ofSeconds(10);

  private static final int MOST = 20_000;

  private record Who(String client, RepositoryFolder folder) {}

  private record Taken(long generation, Instant at) {}

  // Guarded by this.
  private final Map<Who, Taken> taken =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Who, Taken> eldest) {
          return size() > MOST;
        }
      };

  /** The client has taken one of the files. It doesn't stick longer for taking another. */
  synchronized void took(String client, RepositoryFolder folder, long generation, Instant now) {
    Who who = new Who(client, folder);
    Taken before = taken.get(who);
    if (before == null || before.generation != generation || !holds(before, now)) {
      taken.remove(who);
      taken.put(who, new Taken(generation, now));
    }
  }

  /** The generation that the client sticks to. */
  synchronized OptionalLong of(String client, RepositoryFolder folder, Instant now) {
    Taken known = taken.get(new Who(client, folder));
    return known != null && holds(known, now)
        ? OptionalLong.of(known.generation)
        : OptionalLong.empty();
  }

  private static boolean holds(Taken taken, Instant now) {
    return !taken.at.isAfter(now) && now.isBefore(taken.at.plus(TIME));
  }
}
