package org.instantmirror.mirror;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.FileIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong with repositories' next generations: said in the log once, until it is something
 * else, and remembered where it decides what to do next. Thread-safe.
 */
final class Setbacks {

  private static final Logger LOG = LoggerFactory.getLogger(Setbacks.class);

  /** How long repodata that couldn't be used is let be; what it names may have been on its way. */
  private static final Duration UNUSABLE = Duration.ofMinutes(1);

  /** How many upstreams are asked for another repomd.xml than an incomplete one. */
  private static final int MOST_OTHERS = 3;

  private final Clock clock;

  /** Repodata that couldn't be used at all, where there is no earlier generation. */
  private final Map<RepositoryFolder, Unusable> unusable = new ConcurrentHashMap<>();

  /** From where those repomd.xml came that the others were asked for after. */
  private final Map<RepositoryFolder, Set<URI>> incomplete = new ConcurrentHashMap<>();

  private final Map<RepositoryFolder, String> complaints = new ConcurrentHashMap<>();

  private record Unusable(FileIdentity repomd, Instant at) {}

  Setbacks(Clock clock) {
    this.clock = clock;
  }

  /** Says it, unless that was the last thing said of the repository. */
  void complain(RepositoryFolder folder, String complaint) {
    if (!complaint.equals(complaints.put(folder, complaint))) {
      LOG.warn("{}: {}", folder, complaint);
    }
  }

  /** What was said last, if all isn't well since. */
  Optional<String> complaint(RepositoryFolder folder) {
    return Optional.ofNullable(complaints.get(folder));
  }

  /** The repositories of which something was said last, and all isn't well since. */
  Set<RepositoryFolder> complainedOf() {
    return Set.copyOf(complaints.keySet());
  }

  /** That {@code repomd.xml} is of no use. */
  void unusable(RepositoryFolder folder, FileIdentity repomd) {
    unusable.put(folder, new Unusable(repomd, clock.instant()));
  }

  /** Whether that was found out lately. */
  boolean isUnusable(RepositoryFolder folder, FileIdentity repomd) {
    Unusable before = unusable.get(folder);
    Instant now = clock.instant();
    return before != null
        && before.repomd.equals(repomd)
        && !before.at.isAfter(now)
        && now.isBefore(before.at.plus(UNUSABLE));
  }

  /**
   * What upstream has isn't whole.
   *
   * @param source from where its {@code repomd.xml} came; null if nobody knows
   * @return the URLs that had one that isn't; empty if no other is to be asked now
   */
  Set<URI> incomplete(RepositoryFolder folder, @Nullable URI source) {
    Set<URI> sources = incomplete.computeIfAbsent(folder, none -> ConcurrentHashMap.newKeySet());
    if (source == null || !sources.add(source) || sources.size() > MOST_OTHERS) {
      incomplete.remove(folder);
      return Set.of();
    }
    return Set.copyOf(sources);
  }

  /** The others had nothing: the next check begins with the first of them again. */
  void othersAsked(RepositoryFolder folder) {
    incomplete.remove(folder);
  }

  /** All is well. */
  void forget(RepositoryFolder folder) {
    complaints.remove(folder);
    incomplete.remove(folder);
    unusable.remove(folder);
  }
}
