package org.instantmirror.mirror;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.instantmirror.download.Order;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.Decompression;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.PrimaryReader;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.Repomd;
import org.instantmirror.repodata.RepomdPart;
import org.instantmirror.repodata.RepomdReader;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.FileIdentity;
import org.instantmirror.store.PackageIndexing;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the repodata that is stored, in the background, and knows from it what files must be. What
 * it knows of a repository holds as long as the stored {@code repomd.xml} is the one that was read:
 * when another has come, nothing is known until that one's packages are indexed, and the rules for
 * what nobody lists apply. Thread-safe; answers without asking upstream.
 */
final class Generations implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

  private final Store store;
  private final Function<Order, CompletableFuture<Void>> obtain;
  private final Clock clock;
  private final KnownPackages packages;
  private final Map<RepositoryFolder, Generation> current = new ConcurrentHashMap<>();
  private final Set<RepositoryFolder> reading = ConcurrentHashMap.newKeySet();

  /** Those whose repodata can't be used, by the file that says so: looked at once only. */
  private final Map<RepositoryFolder, FileIdentity> unusable = new ConcurrentHashMap<>();

  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "repodata");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param obtain has a file downloaded; completed when that has ended, however
   */
  Generations(Store store, Function<Order, CompletableFuture<Void>> obtain, Clock clock) {
    this.store = store;
    this.obtain = obtain;
    this.clock = clock;
    this.packages = new KnownPackages(store.packages(), current);
  }

  /**
   * What a file must be.
   *
   * @return empty if the current generation of its repository doesn't list it, if none is known, or
   *     if repodata isn't to be trusted
   */
  Optional<ListedFile> listed(EntryKey key) {
    if (current.isEmpty()) {
      return Optional.empty();
    }
    Optional<RepositoryFolder> folder = Folders.ofRepodata(key);
    if (folder.isPresent()) {
      Generation generation = current.get(folder.get());
      return Optional.ofNullable(generation).map(known -> known.parts().get(key));
    }
    return packages.listed(key);
  }

  /** A file was asked for, or has come: a {@code repomd.xml} that isn't known yet is read. */
  void asked(Order order) {
    if (!Folders.isRepomd(order.key()) || !order.repo().lifetimes().trustRepodata()) {
      return;
    }
    Folders.ofRepodata(order.key()).ifPresent(folder -> look(order.repo(), folder));
  }

  private void look(Repo repo, RepositoryFolder folder) {
    Optional<StoredEntry> repomd = store.find(Folders.repomd(folder), clock.instant());
    if (repomd.isEmpty() || !repomd.get().mayBeServedUnchecked()) {
      forget(folder);
      return;
    }
    FileIdentity file = repomd.get().file();
    Generation known = current.get(folder);
    if (known != null && !known.repomd().equals(file)) {
      // Before anything else: what it said of files may not hold any more.
      forget(folder);
      known = null;
    }
    if (known != null || file.equals(unusable.get(folder)) || !reading.add(folder)) {
      return;
    }
    execute(() -> read(repo, folder, repomd.get()));
  }

  private void forget(RepositoryFolder folder) {
    if (current.remove(folder) != null) {
      packages.changed();
    }
  }

  private void execute(Runnable task) {
    try {
      reader.execute(task);
    } catch (RejectedExecutionException stopping) {
      LOG.debug("not read any more", stopping);
    }
  }

  private void read(Repo repo, RepositoryFolder folder, StoredEntry file) {
    try {
      Repomd repomd =
          open(file, in -> RepomdReader.read(in, file.key().path(), ReadLimits.LISTING));
      RepomdPart primary =
          repomd
              .part("primary")
              .orElseThrow(() -> new IOException(file.key() + " names no primary.xml"));
      EntryKey key =
          folder
              .entry(primary.location())
              .orElseThrow(() -> new IOException(file.key() + ": its primary.xml lies elsewhere"));
      ListedFile listed =
          Generation.listed(primary)
              .orElseThrow(() -> new IOException(file.key() + " gives no checksum that we know"));
      var unused =
          obtain
              .apply(new Order(repo, key, FileClass.METADATA, false, listed))
              .whenComplete(
                  (ended, fault) -> execute(() -> index(repo, folder, file, repomd, key, listed)));
    } catch (IOException | RuntimeException fault) {
      given(folder, file, fault);
    }
  }

  private void index(
      Repo repo,
      RepositoryFolder folder,
      StoredEntry file,
      Repomd repomd,
      EntryKey primaryKey,
      ListedFile listed) {
    try {
      StoredEntry primary =
          store
              .find(primaryKey, clock.instant())
              .filter(entry -> listed.checksum().equals(entry.checksum()))
              .orElseThrow(
                  () -> new IOException(primaryKey + " could not be had as repomd.xml lists it"));
      long number = nextNumber(folder);
      Instant began = clock.instant();
      int count = index(folder, number, primary);
      if (!isStill(file)) {
        // Another has come meanwhile: its turn.
        store.packages().drop(folder, number);
        reading.remove(folder);
        look(repo, folder);
        return;
      }
      current.put(folder, Generation.of(folder, number, file.file(), repomd));
      packages.changed();
      LOG.info(
          "{}: generation {} lists {} packages, indexed in {} ms",
          folder,
          number,
          count,
          java.time.Duration.between(began, clock.instant()).toMillis());
      reading.remove(folder);
      dropOthers(folder, number);
    } catch (IOException | RuntimeException fault) {
      given(folder, file, fault);
    }
  }

  private int index(RepositoryFolder folder, long number, StoredEntry primary) throws IOException {
    try (PackageIndexing indexing = store.packages().begin(folder, number)) {
      String name = primary.key().path();
      int count =
          open(
              primary,
              in -> {
                try (InputStream open = Decompression.open(in, name, ReadLimits.DISTRIBUTION)) {
                  return PrimaryReader.read(open, name, ReadLimits.DISTRIBUTION, indexing);
                }
              });
      indexing.complete();
      return count;
    }
  }

  private long nextNumber(RepositoryFolder folder) {
    List<Long> earlier = store.packages().generations(folder);
    return earlier.isEmpty() ? 1 : earlier.get(0) + 1;
  }

  private void dropOthers(RepositoryFolder folder, long number) throws IOException {
    for (long other : store.packages().generations(folder)) {
      if (other != number) {
        store.packages().drop(folder, other);
      }
    }
  }

  private boolean isStill(StoredEntry file) {
    return store
        .find(file.key(), clock.instant())
        .filter(entry -> entry.file().equals(file.file()))
        .isPresent();
  }

  /** Reads a stored file. */
  private interface Reading<T> {
    T from(InputStream in) throws IOException;
  }

  private <T> T open(StoredEntry entry, Reading<T> reading) throws IOException {
    Optional<FileChannel> file = store.openFile(entry);
    if (file.isEmpty()) {
      throw new IOException(entry.key() + " was replaced");
    }
    try (InputStream in = new BufferedInputStream(Channels.newInputStream(file.get()))) {
      return reading.from(in);
    }
  }

  private void given(RepositoryFolder folder, StoredEntry file, Exception fault) {
    reading.remove(folder);
    if (isStill(file)) {
      unusable.put(folder, file.file());
      LOG.warn(
          "{}: its files are not verified by checksum until its repodata changes: {}",
          folder,
          fault.getMessage());
      LOG.debug("{}", folder, fault);
    }
  }

  @Override
  public void close() {
    reader.shutdownNow();
    packages.close();
  }
}
