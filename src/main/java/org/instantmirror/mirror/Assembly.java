package org.instantmirror.mirror;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.instantmirror.download.Order;
import org.instantmirror.download.Preference;
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
import org.instantmirror.signature.DetachedSignature;
import org.instantmirror.signature.SignatureVerifier;
import org.instantmirror.store.PackageIndexing;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The making of one generation: reads a {@code repomd.xml}, has what it names downloaded and
 * verified, as far as this repository's clients use it, and indexes the packages. What would take
 * the place of another file that is served lies in staging afterwards; files whose names nobody has
 * yet lie in the tree already. To be run once.
 */
final class Assembly {

  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

  private final Means means;
  private final Store store;
  private final Clock clock;
  private final Repo repo;
  private final RepositoryFolder folder;
  private StoredEntry repomd; // each step sees what the one before wrote
  private byte[] document = {}; // its bytes
  private final @Nullable Generation previous;

  /**
   * What all assemblies work with.
   *
   * @param obtain has a file downloaded; completed when that has ended, however
   * @param signatures what {@code repomd.xml} has to pass
   * @param reader reads repodata
   */
  record Means(
      Store store,
      Function<Order, CompletableFuture<Void>> obtain,
      SignatureCheck signatures,
      Executor reader,
      Clock clock) {}

  /** What upstream has isn't a whole generation: a mirror in mid-sync, or a broken one. */
  static final class Incomplete extends IOException {
    private static final long serialVersionUID = 1L;

    Incomplete(String message) {
      super(message);
    }
  }

  /**
   * @param repomd the file, staged if there is an earlier generation
   * @param previous what is live; null if nothing is known
   */
  Assembly(
      Means means,
      Repo repo,
      RepositoryFolder folder,
      StoredEntry repomd,
      @Nullable Generation previous) {
    this.means = means;
    this.store = means.store;
    this.clock = means.clock;
    this.repo = repo;
    this.folder = folder;
    this.repomd = repomd;
    this.previous = previous;
  }

  /**
   * Runs it.
   *
   * @return the generation, whose packages are in the index; fails with {@link Incomplete}, or with
   *     another {@link IOException} if it isn't for upstream's sake
   */
  CompletableFuture<Generation> run() {
    return CompletableFuture.supplyAsync(unchecked(this::read), means.reader)
        .thenCompose(
            next ->
                obtain(orders(next))
                    .thenCompose(done -> obtain(unverified(next)))
                    .thenCompose(done -> confirm())
                    .thenCompose(done -> means.signatures.require(repo, folder, repomd))
                    .thenApplyAsync(done -> unchecked(() -> finish(next)).get(), means.reader));
  }

  private CompletableFuture<Void> obtain(List<Order> orders) {
    return CompletableFuture.allOf(
        orders.stream().map(means.obtain).toArray(CompletableFuture<?>[]::new));
  }

  /** Work that may fail in reading or writing. */
  private interface Step<T> {
    T take() throws IOException;
  }

  private static <T> Supplier<T> unchecked(Step<T> step) {
    return () -> {
      try {
        return step.take();
      } catch (IOException fault) {
        throw new CompletionException(fault);
      }
    };
  }

  private Generation read() throws IOException {
    document = open(repomd, in -> in.readNBytes((int) ReadLimits.LISTING.openBytes() + 1));
    Repomd content =
        RepomdReader.read(
            new ByteArrayInputStream(document), repomd.key().path(), ReadLimits.LISTING);
    List<Long> earlier = store.packages().generations(folder);
    long number = earlier.isEmpty() ? 1 : earlier.get(0) + 1;
    Generation next = Generation.of(folder, number, content, clock.instant());
    if (next.primary().isEmpty()) {
      throw new Incomplete(repomd.key() + " names no primary.xml with a checksum that we know");
    }
    return next;
  }

  /** What has to be downloaded, or looked at. */
  private List<Order> orders(Generation next) {
    List<Order> orders = new ArrayList<>();
    if (previous != null) {
      for (EntryKey key : Folders.signedWith(folder)) {
        orders.add(
            new Order(repo, Folders.staged(key), FileClass.METADATA, true, null)
                .with(Preference.first(beside(key))));
      }
    } else if (repo.signatures().required()) {
      EntryKey key = Folders.signature(folder);
      orders.add(new Order(repo, key, FileClass.METADATA, true, null));
    }
    for (Generation.Part part : needed(next)) {
      ListedFile listed = part.listed().orElse(null);
      if (listed == null || !isHere(part.key(), listed)) {
        orders.add(order(part));
      }
    }
    return orders;
  }

  private Order order(Generation.Part part) {
    ListedFile listed = part.listed().orElse(null);
    return new Order(repo, place(part), FileClass.METADATA, false, listed);
  }

  /**
   * What has come, and nobody has looked at its checksum: a client had begun to fetch it before
   * that was known, and we joined.
   */
  private List<Order> unverified(Generation next) {
    return needed(next).stream()
        .filter(part -> part.listed().isPresent() && !isHere(part.key(), part.listed().get()))
        .map(this::order)
        .filter(
            order ->
                store
                    .find(order.key(), clock.instant())
                    .filter(entry -> entry.checksum() == null)
                    .isPresent())
        .toList();
  }

  /** Where that upstream has it from which the {@code repomd.xml} came: another may lag behind. */
  private @Nullable URI beside(EntryKey key) {
    URI source = repomd.source();
    return source == null ? null : source.resolve(key.fileName());
  }

  /** Always the list of packages; of others those of a kind that clients of the last one used. */
  private List<Generation.Part> needed(Generation next) {
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
  private EntryKey place(Generation.Part part) {
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
  private CompletableFuture<Void> confirm() {
    return previous == null
        ? CompletableFuture.completedFuture(null)
        : means.obtain.apply(
            new Order(repo, repomd.key(), FileClass.METADATA, true, null)
                .with(Preference.first(repomd.source())));
  }

  private Generation finish(Generation next) throws IOException {
    if (previous != null && !isStill()) {
      throw new IOException("upstream has changed again meanwhile");
    }
    for (Generation.Part part : needed(next)) {
      boolean here =
          part.listed().isPresent()
              ? isHere(part.key(), part.listed().get())
              : store.find(part.key(), clock.instant()).isPresent();
      // What never existed is no reason never to begin.
      if (!here && (previous != null || part.type().equals("primary"))) {
        throw new Incomplete(part.key() + " can't be had as repomd.xml lists it");
      }
    }
    if (previous != null) {
      requireItsSignature();
    }
    index(next);
    return next;
  }

  /** Whether the file is still there, or another of the same bytes: upstream has no validators. */
  private boolean isStill() throws IOException {
    Optional<StoredEntry> now = store.find(repomd.key(), clock.instant());
    if (now.isPresent() && !now.get().file().equals(repomd.file())) {
      boolean same = Arrays.equals(open(now.get(), InputStream::readAllBytes), document);
      repomd = same ? now.get() : repomd;
    }
    return now.filter(entry -> entry.file().equals(repomd.file())).isPresent();
  }

  /**
   * One that has changed may still be of a {@code repomd.xml} before this one, or after it; one
   * that hasn't may be this one's, which a client has asked for since.
   */
  private void requireItsSignature() throws IOException {
    for (EntryKey key : Folders.signedWith(folder)) {
      Optional<StoredEntry> staged = store.find(Folders.staged(key), clock.instant());
      Optional<StoredEntry> signature = staged.or(() -> store.find(key, clock.instant()));
      if (Folders.isSignature(key) && signature.isPresent()) {
        boolean fits =
            DetachedSignature.of(
                    open(signature.get(), in -> in.readNBytes(SignatureVerifier.MOST_BYTES)))
                .map(read -> read.mayBeOf(document))
                .orElse(staged.isPresent());
        if (!fits) {
          throw new Incomplete(
              staged.isPresent()
                  ? key + " is the signature of another repomd.xml"
                  : key + " hasn't changed with repomd.xml");
        }
      }
    }
  }

  private void index(Generation next) throws IOException {
    Generation.Part part = next.primary().orElseThrow();
    StoredEntry primary =
        entry(part.key(), part.listed().orElseThrow())
            .orElseThrow(() -> new IOException(part.key() + " was removed"));
    String name = part.key().path();
    Instant began = clock.instant();
    try (PackageIndexing indexing = store.packages().begin(folder, next.number())) {
      int count =
          open(
              primary,
              in -> {
                try (InputStream open = Decompression.open(in, name, ReadLimits.DISTRIBUTION)) {
                  return PrimaryReader.read(open, name, ReadLimits.DISTRIBUTION, indexing);
                }
              });
      indexing.complete(document, next.since(), repo.signatures().required());
      long millis = Duration.between(began, clock.instant()).toMillis();
      LOG.info("{}: {} packages indexed in {} ms", folder, count, millis);
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
