package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.instantmirror.repo.EntryKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hard links that belong to one version of one entry: a container that opens the file only after
 * the response's head is sent gets the bytes that the head is about, whatever has replaced or
 * deleted the file in the tree by then. A deleted file's blocks are so kept for an hour more.
 * Thread-safe.
 */
final class ServingLinks {
  private static final Logger LOG = LoggerFactory.getLogger(ServingLinks.class);

  /** How long a link lives after its last use. */
  static final long LIFETIME_NANOS = TimeUnit.HOURS.toNanos(1);

  /** How long it lives at least if its file is evicted: containers open it at once. */
  static final long OPENING_NANOS = TimeUnit.MINUTES.toNanos(9);

  /** A use within this time of the last one isn't noted, so that most calls write nothing. */
  private static final long USE_GRAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Path folder;
  private final Tree tree;
  private final int maxLinks;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<Version, Link> links = new ConcurrentHashMap<>();

  /** Each link has a name of its own, so that a new one never meets the removal of an old one. */
  private final AtomicLong nextName = new AtomicLong();

  private final String namePrefix = HexFormat.of().toHexDigits(new SecureRandom().nextLong());

  /**
   * @param maxLinks bounds the memory they take; beyond it there are none for further versions
   */
  ServingLinks(Path folder, Tree tree, int maxLinks, LongSupplier nanoTime) {
    this.folder = folder;
    this.tree = tree;
    this.maxLinks = maxLinks;
    this.nanoTime = nanoTime;
  }

  /** As {@link Store#servingLink}. */
  Optional<Path> link(StoredEntry entry) {
    Version version = new Version(entry.key(), entry.file());
    Link link = use(version);
    if (link == null) {
      link = links.size() < maxLinks ? add(version) : null;
    }
    if (link == null || link.path() == null) {
      return Optional.empty();
    }
    // Each time: the bytes under a link can still be changed in place through the tree's name.
    return isIntact(link.path(), version.file()) ? Optional.of(link.path()) : Optional.empty();
  }

  /** Whether there is a link to that version. */
  boolean has(EntryKey key, FileIdentity file) {
    Link link = links.get(new Version(key, file));
    return link != null && link.path() != null;
  }

  /** Whether somebody who got the link lately may not have opened the file yet. */
  boolean isUsed(EntryKey key, FileIdentity file) {
    Link link = links.get(new Version(key, file));
    return link != null && link.isOfLate(nanoTime.getAsLong());
  }

  /**
   * Deletes the link to a version that is to go, so that its blocks are free at once.
   *
   * @return false, and nothing is deleted, if it {@link #isUsed is used}
   */
  boolean release(EntryKey key, FileIdentity file) {
    Version version = new Version(key, file);
    Link link = links.get(version);
    if (link == null) {
      return true;
    }
    // A use that is noted between makes it another link, which stays.
    if (link.isOfLate(nanoTime.getAsLong()) || !links.remove(version, link)) {
      return false;
    }
    delete(link);
    return true;
  }

  private @Nullable Link use(Version version) {
    Link link = links.get(version);
    long now = nanoTime.getAsLong();
    if (link == null || now - link.lastUse() < USE_GRAIN_NANOS) {
      return link;
    }
    // Atomic with removeUnused(): either that sees this use, or we see no link.
    return links.computeIfPresent(version, (same, found) -> found.usedAt(now));
  }

  private Link add(Version version) {
    Link created = new Link(create(version), nanoTime.getAsLong());
    Link earlier = links.putIfAbsent(version, created);
    if (earlier == null) {
      return created;
    }
    delete(created);
    return earlier;
  }

  /** Null if there can't be a link; that is remembered as well, for as long as links live. */
  private @Nullable Path create(Version version) {
    Tree.Located located = tree.within(version.key()).orElse(null);
    if (located == null || !located.file().equals(version.file())) {
      return null;
    }
    Path path = folder.resolve(namePrefix + "-" + nextName.getAndIncrement());
    try {
      Files.createLink(path, located.real());
      if (isIntact(path, version.file())) {
        return path;
      }
      Files.delete(path); // replaced between the look and the link
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("no serving link for {}: {}", version.key(), e.toString());
    }
    return null;
  }

  private static boolean isIntact(Path path, FileIdentity file) {
    try {
      return file.equals(Tree.identity(path, LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      return false;
    }
  }

  /** Deletes the links that nobody has asked for in the last hour. */
  void removeUnused() {
    long now = nanoTime.getAsLong();
    links
        .keySet()
        .forEach(
            version -> {
              Link link = links.get(version);
              if (link != null && link.isUnused(now) && links.remove(version, link)) {
                delete(link);
              }
            });
  }

  private static void delete(Link link) {
    Path path = link.path();
    if (path == null) {
      return;
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("cannot delete serving link '{}': {}", path, e.toString());
    }
  }

  private record Version(EntryKey key, FileIdentity file) {}

  private record Link(@Nullable Path path, long lastUse) {
    Link usedAt(long now) {
      return new Link(path, now);
    }

    boolean isOfLate(long now) {
      return now - lastUse <= OPENING_NANOS + USE_GRAIN_NANOS;
    }

    boolean isUnused(long now) {
      return now - lastUse > LIFETIME_NANOS + USE_GRAIN_NANOS;
    }
  }
}
