package org.instantmirror.mirror;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.instantmirror.download.Order;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.Decompression;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.PrimaryReader;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.Repomd;
import org.instantmirror.repodata.RepomdReader;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.PackageIndexing;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Assembles a generation: reads a {@code repomd.xml}, has what it names downloaded and verified, as
 * far as this repository's clients use it, and indexes the packages. What would take the place of
 * another file that is served lies in staging afterwards; files whose names nobody has yet lie in
 * the tree already.
 */
final class Assembly {

  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

  private final Store store;
  private final SignatureCheck signatures;
  private final Function<Order, CompletableFuture<Void>> obtain;
  private final Executor reader;
  private final Clock clock;

  /**
   * @param obtain has a file downloaded; completed when that has ended, however
   * @param signatures what {@code repomd.xml} has to pass
   * @param reader reads repodata
   */
  Assembly(
      Store store,
      Function<Order, CompletableFuture<Void>> obtain,
      SignatureCheck signatures,
      Executor reader,
      Clock clock) {
    this.store = store;
    this.signatures = signatures;
    this.obtain = obtain;
    this.reader = reader;
    this.clock = clock;
  }

  /**
   * Assembles one.
   *
   * @param repomd the file, staged if there is an earlier generation
   * @param previous what is live; null if nothing is known
   * @return the generation, whose packages are in the index; fails with an {@link IOException} that
   *     says what is missing
   */
  CompletableFuture<Generation> run(
      Repo repo, RepositoryFolder folder, StoredEntry repomd, @Nullable Generation previous) {
    return CompletableFuture.supplyAsync(unchecked(() -> read(folder, repomd)), reader)
        .thenCompose(
            next ->
                CompletableFuture.allOf(
                        orders(repo, next, previous).stream()
                            .map(obtain)
                            .toArray(CompletableFuture<?>[]::new))
                    .thenCompose(done -> confirm(repo, repomd, previous))
                    .thenCompose(done -> signatures.require(repo, folder, repomd))
                    .thenApplyAsync(
                        done -> uncheckedly(() -> finish(next, repomd, previous)), reader));
  }

  /** Work that may fail in reading or writing. */
  private interface Step<T> {
    T take() throws IOException;
  }

  private static <T> java.util.function.Supplier<T> unchecked(Step<T> step) {
    return () -> uncheckedly(step);
  }

  private static <T> T uncheckedly(Step<T> step) {
    try {
      return step.take();
    } catch (IOException fault) {
      throw new java.util.concurrent.CompletionException(fault);
    }
  }

  private Generation read(RepositoryFolder folder, StoredEntry file) throws IOException {
    Repomd repomd = open(file, in -> RepomdReader.read(in, file.key().path(), ReadLimits.LISTING));
    List<Long> earlier = store.packages().generations(folder);
    long number = earlier.isEmpty() ? 1 : earlier.get(0) + 1;
    Generation next = Generation.of(folder, number, file.file(), repomd, clock.instant());
    if (next.primary().isEmpty()) {
      throw new IOException(file.key() + " names no primary.xml with a checksum that we know");
    }
    return next;
  }

  /** What has to be downloaded, or looked at. */
  private List<Order> orders(Repo repo, Generation next, @Nullable Generation previous) {
    List<Order> orders = new ArrayList<>();
    if (previous != null) {
      for (EntryKey key : Folders.signedWith(next.folder())) {
        orders.add(new Order(repo, Folders.staged(key), FileClass.METADATA, true, null));
      }
    } else if (repo.signatures().required()) {
      EntryKey key = Folders.signature(next.folder());
      orders.add(new Order(repo, key, FileClass.METADATA, true, null));
    }
    for (Generation.Part part : needed(next, previous)) {
      ListedFile listed = part.listed().orElse(null);
      if (listed == null || !isHere(part.key(), listed)) {
        orders.add(new Order(repo, place(part, previous), FileClass.METADATA, false, listed));
      }
    }
    return orders;
  }

  /** Always the list of packages; of others those of a kind that clients of the last one used. */
  private List<Generation.Part> needed(Generation next, @Nullable Generation previous) {
    Set<String> used = new HashSet<>(Set.of("primary"));
    if (previous != null) {
      for (Generation.Part part : previous.parts()) {
        if (store.find(part.key(), clock.instant()).isPresent()) {
          used.add(part.type());
        }
      }
    }
    return next.parts().stream().filter(part -> used.contains(part.type())).toList();
  }

  /** In the tree, unless another file of that name is being served. */
  private EntryKey place(Generation.Part part, @Nullable Generation previous) {
    boolean free =
        previous == null
            || store.find(part.key(), clock.instant()).isEmpty()
            || part.listed().equals(Optional.ofNullable(previous.listed().get(part.key())));
    return free ? part.key() : Folders.staged(part.key());
  }

  private boolean isHere(EntryKey key, ListedFile listed) {
    return entry(key, listed).isPresent();
  }

  private Optional<StoredEntry> entry(EntryKey key, ListedFile listed) {
    return find(key, listed.checksum()).or(() -> find(Folders.staged(key), listed.checksum()));
  }

  private Optional<StoredEntry> find(EntryKey key, Checksum checksum) {
    return store.find(key, clock.instant()).filter(entry -> checksum.equals(entry.checksum()));
  }

  /**
   * Asks upstream once more, after the signature has come: it belongs to this repomd.xml only if
   * that is still upstream's. Another one would be in its place afterwards.
   */
  private CompletableFuture<Void> confirm(
      Repo repo, StoredEntry repomd, @Nullable Generation previous) {
    return previous == null
        ? CompletableFuture.completedFuture(null)
        : obtain.apply(new Order(repo, repomd.key(), FileClass.METADATA, true, null));
  }

  private Generation finish(Generation next, StoredEntry repomd, @Nullable Generation previous)
      throws IOException {
    boolean still =
        store
            .find(repomd.key(), clock.instant())
            .filter(entry -> entry.file().equals(repomd.file()))
            .isPresent();
    if (previous != null && !still) {
      throw new IOException("upstream has changed again meanwhile");
    }
    for (Generation.Part part : needed(next, previous)) {
      boolean here =
          part.listed().isPresent()
              ? isHere(part.key(), part.listed().get())
              : store.find(part.key(), clock.instant()).isPresent();
      // What never existed is no reason never to begin.
      if (!here && (previous != null || part.type().equals("primary"))) {
        throw new IOException(part.key() + " can't be had as repomd.xml lists it");
      }
    }
    if (previous != null) {
      requireNewSignature(next.folder());
    }
    index(next);
    return next;
  }

  private void requireNewSignature(RepositoryFolder folder) throws IOException {
    for (EntryKey key : Folders.signedWith(folder)) {
      boolean lags =
          Folders.isSignature(key)
              && store.find(key, clock.instant()).isPresent()
              && store.find(Folders.staged(key), clock.instant()).isEmpty();
      if (lags) {
        throw new IOException(key + " hasn't changed with repomd.xml");
      }
    }
  }

  private void index(Generation next) throws IOException {
    Generation.Part part = next.primary().orElseThrow();
    StoredEntry primary =
        entry(part.key(), part.listed().orElseThrow())
            .orElseThrow(() -> new IOException(part.key() + " was removed"));
    String name = part.key().path();
    long began = System.nanoTime();
    try (PackageIndexing indexing = store.packages().begin(next.folder(), next.number())) {
      int count =
          open(
              primary,
              in -> {
                try (InputStream open = Decompression.open(in, name, ReadLimits.DISTRIBUTION)) {
                  return PrimaryReader.read(open, name, ReadLimits.DISTRIBUTION, indexing);
                }
              });
      indexing.complete();
      LOG.info(
          "{}: {} packages indexed in {} ms",
          next.folder(),
          count,
          (System.nanoTime() - began) / 1_000_000);
    }
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
}
