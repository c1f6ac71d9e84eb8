package org.instantmirror.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
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

  /**
   * Who asks for the same file again after that begins anew: else the last one to get an old file
   * would have no time left to get the other.
   */
  static final Duration REPEATED = Duration.ofSeconds(5);

  private static final int MOST = 20_000;

  private record Who(String client, RepositoryFolder folder) {}

  /**
   * What a client has begun to take.
   *
   * @param at when it began
   * @param files the names of those it has
   */
  private record Taken(long generation, Instant at, Set<String> files) {

    /** Whether its file of that name is to be of the same generation. */
    boolean holdsFor(String file, Instant now) {
      Duration time = files.contains(file) ? REPEATED : TIME;
      return !at.isAfter(now) && now.isBefore(at.plus(time));
    }

    Taken and(String file) {
      Set<String> more = new HashSet<>(files);
      more.add(file);
      return new Taken(generation, at, Set.copyOf(more));
    }
  }

  // Guarded by this.
  private final Map<Who, Taken> taken =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Who, Taken> eldest) {
          return size() > MOST;
        }
      };

  /** The client takes a file of a generation. It doesn't stick longer for taking another. */
  synchronized void took(
      String client, RepositoryFolder folder, long generation, String file, Instant now) {
    Who who = new Who(client, folder);
    Taken before = taken.remove(who);
    boolean goesOn =
        before != null && before.generation == generation && before.holdsFor(file, now);
    taken.put(who, goesOn ? before.and(file) : new Taken(generation, now, Set.of(file)));
  }

  /** The generation of which the client's file of that name is to be. */
  synchronized OptionalLong of(String client, RepositoryFolder folder, String file, Instant now) {
    Taken known = taken.get(new Who(client, folder));
    return known != null && known.holdsFor(file, now)
        ? OptionalLong.of(known.generation)
        : OptionalLong.empty();
  }
}
