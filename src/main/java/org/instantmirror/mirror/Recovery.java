package org.instantmirror.mirror;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.Repomd;
import org.instantmirror.repodata.RepomdReader;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.IndexedGeneration;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generations that an earlier process has left. One is live if the tree holds its {@code
 * repomd.xml}. If the newest one's is staged instead, that process has died while it published it,
 * or just before: it was whole, so that is finished. Nothing else of what is staged is of use.
 */
final class Recovery {

  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Store store;
  private final Publication publication;
  private final Function<RepoId, @Nullable Repo> repos;
  private final Clock clock;

  /**
   * @param repos those that are configured
   */
  Recovery(
      Store store, Publication publication, Function<RepoId, @Nullable Repo> repos, Clock clock) {
    this.repos = repos;
    this.store = store;
    this.publication = publication;
    this.clock = clock;
  }

  /**
   * Run once, before anything is staged.
   *
   * @return of each repository that has a live generation this one first, then those before it, the
   *     latest first
   */
  Map<RepositoryFolder, List<Generation>> run() {
    Map<RepositoryFolder, List<IndexedGeneration>> left = new LinkedHashMap<>();
    for (IndexedGeneration each : store.packages().generations()) {
      if (isToBeBelieved(each)) {
        left.computeIfAbsent(each.folder(), folder -> new ArrayList<>()).add(each);
      } else {
        drop(each);
      }
    }
    Map<RepositoryFolder, List<Generation>> known = new HashMap<>();
    left.forEach(
        (folder, all) -> {
          try {
            List<Generation> generations = of(folder, all);
            if (!generations.isEmpty()) {
              known.put(folder, generations);
            }
          } catch (IOException e) {
            LOG.warn("{}: its generations can't be gone on with: {}", folder, e.getMessage());
          }
        });
    try {
      store.discardAreas();
    } catch (StorageException e) {
      LOG.warn("what was staged can't be removed: {}", e.getMessage());
    }
    return known;
  }

  /** As it is configured now; it may have been otherwise when the generation went live. */
  private boolean isToBeBelieved(IndexedGeneration generation) {
    Repo repo = repos.apply(generation.folder().repo());
    return repo != null
        && repo.lifetimes().trustRepodata()
        && (generation.verified() || !repo.signatures().required());
  }

  private void drop(IndexedGeneration generation) {
    try {
      store.packages().drop(generation.folder(), generation.number());
    } catch (StorageException e) {
      LOG.warn("{}: {}", generation.folder(), e.getMessage());
    }
  }

  private List<Generation> of(RepositoryFolder folder, List<IndexedGeneration> all)
      throws IOException {
    EntryKey repomd = Folders.repomd(folder);
    IndexedGeneration newest = all.get(0);
    if (newest.isOf(content(Folders.staged(repomd)))) {
      publication.publish(read(newest));
      LOG.info("{}: generation {} is live, as was begun before", folder, newest.number());
    }
    byte[] content = content(repomd);
    List<Generation> generations = new ArrayList<>();
    for (IndexedGeneration each : all) {
      if (!generations.isEmpty()) {
        generations.add(read(each));
      } else if (each.isOf(content)) {
        generations.add(live(each, repomd, content));
      } else {
        // It never came to be live, or somebody else has put another repomd.xml in its place.
        drop(each);
      }
    }
    return List.copyOf(generations);
  }

  private Generation live(IndexedGeneration indexed, EntryKey repomd, byte[] content)
      throws IOException {
    StoredEntry entry =
        store
            .find(repomd, clock.instant())
            .orElseThrow(() -> new IOException(repomd + " was removed"));
    if (!entry.mayBeServedUnchecked()) {
      // Copied back, or the like; it is the very file.
      entry = store.verified(entry, sha256(content));
    }
    return read(indexed).with(Map.of(repomd, entry.file()));
  }

  private static Checksum sha256(byte[] content) {
    return Checksum.of(ChecksumType.SHA256, ChecksumType.SHA256.newDigest().digest(content));
  }

  private static Generation read(IndexedGeneration indexed) throws IOException {
    try (InputStream in = indexed.repomd()) {
      String name = "repomd.xml of generation " + indexed.number() + " of " + indexed.folder();
      Repomd repomd = RepomdReader.read(in, name, ReadLimits.LISTING);
      return Generation.of(indexed.folder(), indexed.number(), repomd, indexed.since());
    }
  }

  /** Empty if there is no such file, or it can't be a {@code repomd.xml}. */
  private byte[] content(EntryKey key) throws IOException {
    Optional<StoredEntry> entry = store.find(key, clock.instant());
    if (entry.isEmpty() || entry.get().file().size() > ReadLimits.LISTING.openBytes()) {
      return new byte[0];
    }
    try (FileChannel file = store.openFile(entry.get()).orElse(null)) {
      return file == null ? new byte[0] : Channels.newInputStream(file).readAllBytes();
    }
  }
}
