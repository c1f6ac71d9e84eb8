package org.instantmirror.mirror;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.instantmirror.download.Order;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.FileIdentity;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generations of each repository whose {@code repomd.xml} is stored: one is live; the next is
 * assembled in the background when upstream has another {@code repomd.xml}, and goes live as a
 * whole; the last ones are kept for clients that still hold them. What belongs to none of them is
 * subject to the rules for what nobody lists. Thread-safe; answers without asking upstream.
 */
final class Generations implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

  /** How long what a generation lists stays servable at least: as long as dnf's copies hold. */
  static final Duration KEPT_AT_LEAST = Duration.ofDays(2);

  /** How long repodata that couldn't be used is let be; what it names may have been on its way. */
  private static final Duration UNUSABLE = Duration.ofMinutes(1);

  /** How many generations are kept, however old. */
  private static final int KEPT = 3;

  private final Store store;
  private final Clock clock;
  private final KnownPackages packages;
  private final Assembly assembly;
  private final StickyClients sticky = new StickyClients();
  private final SetAside aside = new SetAside();

  /** The live one first, then those before it, the latest first. */
  private final Map<RepositoryFolder, List<Generation>> known = new ConcurrentHashMap<>();

  private final Set<RepositoryFolder> assembling = ConcurrentHashMap.newKeySet();

  /** Those whose repodata couldn't be used: not looked at again for a while. */
  private final Map<RepositoryFolder, Unusable> unusable = new ConcurrentHashMap<>();

  /**
   * Repodata that couldn't be used.
   *
   * @param file the {@code repomd.xml}
   */
  private record Unusable(FileIdentity file, Instant at) {
    boolean holds(FileIdentity other, Instant now) {
      return file.equals(other) && !at.isAfter(now) && now.isBefore(at.plus(UNUSABLE));
    }
  }

  /** What was logged last of those whose next generation isn't complete. */
  private final Map<RepositoryFolder, String> complaints = new ConcurrentHashMap<>();

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
    this.clock = clock;
    this.packages = new KnownPackages(store.packages(), known);
    this.assembly = new Assembly(store, obtain, reader, clock);
  }

  /**
   * What a file must be: what the live generation says, else the latest one that is kept.
   *
   * @return empty if none of them lists it, or repodata isn't to be trusted
   */
  Optional<ListedFile> listed(EntryKey key) {
    if (known.isEmpty()) {
      return Optional.empty();
    }
    Optional<RepositoryFolder> folder = Folders.ofRepodata(key);
    if (folder.isEmpty()) {
      return packages.listed(key);
    }
    return known.getOrDefault(folder.get(), List.of()).stream()
        .map(generation -> generation.listed().get(key))
        .flatMap(listed -> Optional.ofNullable(listed).stream())
        .findFirst();
  }

  /**
   * The live generation of the repository that the file stands for: {@code repomd.xml} and such.
   */
  Optional<Generation> liveOf(EntryKey top) {
    return known.isEmpty()
        ? Optional.empty()
        : Folders.ofTop(top).flatMap(folder -> Optional.ofNullable(live(folder)));
  }

  private @Nullable Generation live(RepositoryFolder folder) {
    List<Generation> all = known.get(folder);
    return all == null ? null : all.get(0);
  }

  /**
   * The file that a client gets who sticks to an earlier generation than the live one.
   *
   * @return empty if it is to get the live one's
   */
  Optional<StoredEntry> earlier(String client, EntryKey top, Generation live, Instant now) {
    OptionalLong taken = sticky.of(client, live.folder(), now);
    return taken.isEmpty() || taken.getAsLong() == live.number()
        ? Optional.empty()
        : store.find(Folders.earlier(top, taken.getAsLong()), now);
  }

  /** The client gets a file of that generation, and is to get its other files as well. */
  void took(String client, Generation generation, Instant now) {
    sticky.took(client, generation.folder(), generation.number(), now);
  }

  /** A file was asked for: a {@code repomd.xml} that isn't known yet is read. */
  void asked(Order order) {
    if (Folders.isRepomd(order.key()) && order.repo().lifetimes().trustRepodata()) {
      Folders.ofRepodata(order.key()).ifPresent(folder -> look(order.repo(), folder));
    }
  }

  private void look(Repo repo, RepositoryFolder folder) {
    if (assembling.contains(folder)) {
      return;
    }
    Optional<StoredEntry> stored = store.find(Folders.repomd(folder), clock.instant());
    Generation live = live(folder);
    if (stored.isEmpty() || !stored.get().mayBeServedUnchecked()) {
      forget(folder);
      return;
    }
    StoredEntry repomd = stored.get();
    if (live != null && live.file().equals(repomd.file())) {
      return;
    }
    // Somebody else put another in its place: what was known may not hold any more.
    forget(folder);
    Unusable before = unusable.get(folder);
    boolean letBe = before != null && before.holds(repomd.file(), clock.instant());
    if (!letBe && assembling.add(folder)) {
      assemble(repo, folder, repomd, null);
    }
  }

  private void forget(RepositoryFolder folder) {
    if (known.remove(folder) != null) {
      packages.changed();
    }
  }

  /** Upstream has what is live: what is staged in its place is no longer upstream's. */
  void unchanged(Order order) {
    if (Folders.isIncoming(order.key())) {
      store.find(order.key(), clock.instant()).ifPresent(store::drop);
    } else if (!order.key().repo().isArea()) {
      asked(order);
    }
  }

  /** A file has come: the next generation of its repository may begin with it. */
  void arrived(Order order) {
    if (!order.key().repo().isArea()) {
      asked(order);
      return;
    }
    if (!Folders.isIncoming(order.key())) {
      return;
    }
    Folders.ofRepodata(order.key())
        .ifPresent(
            folder -> {
              // Upstream has been asked: no need to ask it the same again at the next request.
              store
                  .find(Folders.repomd(folder), clock.instant())
                  .ifPresent(entry -> store.freshen(entry, entry.head(), clock.instant()));
              next(order.repo(), folder);
            });
  }

  /** Assembles what a check has brought, if anything; one after the other. */
  private void next(Repo repo, RepositoryFolder folder) {
    Generation live = live(folder);
    EntryKey top = Folders.repomd(folder);
    if (live == null
        || store.find(Folders.incoming(top), clock.instant()).isEmpty()
        || !assembling.add(folder)) {
      return;
    }
    try {
      dropStaged(folder);
      Optional<StoredEntry> incoming = store.find(Folders.incoming(top), clock.instant());
      if (incoming.isPresent()) {
        // Out of the way of the next check: nothing takes its place while it is assembled.
        assemble(repo, folder, store.move(incoming.get(), Folders.staged(top)), live);
        return;
      }
    } catch (StorageException fault) {
      LOG.warn("{}: the next generation can't be staged: {}", folder, fault.getMessage());
    }
    assembling.remove(folder);
  }

  /** A signature that an earlier assembly has left would be taken for the new one's. */
  private void dropStaged(RepositoryFolder folder) {
    for (EntryKey top : tops(folder)) {
      store.find(Folders.staged(top), clock.instant()).ifPresent(store::drop);
    }
  }

  /** What stands for the repository, {@code repomd.xml} last. */
  private static List<EntryKey> tops(RepositoryFolder folder) {
    List<EntryKey> tops = new ArrayList<>(Folders.signedWith(folder));
    tops.add(Folders.repomd(folder));
    return tops;
  }

  private void assemble(
      Repo repo, RepositoryFolder folder, StoredEntry repomd, @Nullable Generation live) {
    CompletableFuture<Generation> next;
    try {
      next = assembly.run(repo, folder, repomd, live);
    } catch (RejectedExecutionException stopping) {
      assembling.remove(folder);
      return;
    }
    var unused =
        next.thenAccept(whole -> goLive(whole, repomd, live))
            .whenComplete(
                (done, fault) -> {
                  if (fault != null) {
                    failed(folder, repomd, live, fault);
                  }
                  assembling.remove(folder);
                  // Another may have come meanwhile.
                  if (live == null) {
                    look(repo, folder);
                  } else {
                    next(repo, folder);
                  }
                });
  }

  /** In one step for who asks; on the thread that reads repodata. */
  private void goLive(Generation next, StoredEntry repomd, @Nullable Generation live) {
    RepositoryFolder folder = next.folder();
    try {
      if (live == null) {
        if (!isStill(repomd)) {
          store.packages().drop(folder, next.number());
          return;
        }
        keepFirst(next, null);
      } else {
        archive(live);
        keepFirst(next, live);
        publish(next);
      }
    } catch (StorageException fault) {
      throw new CompletionException(fault);
    }
    complaints.remove(folder);
    LOG.info("{}: generation {} is live", folder, next.number());
  }

  /** So that clients that have taken one file of it get the others. */
  private void archive(Generation live) throws StorageException {
    List<Long> unneeded = aside.add(live.folder(), live.number(), clock.instant());
    for (EntryKey top : tops(live.folder())) {
      for (long number : unneeded) {
        store.find(Folders.earlier(top, number), clock.instant()).ifPresent(store::drop);
      }
      Optional<StoredEntry> entry = store.find(top, clock.instant());
      if (entry.isPresent()) {
        var unused = store.copy(entry.get(), Folders.earlier(top, live.number()));
      }
    }
  }

  private void keepFirst(Generation next, @Nullable Generation live) throws StorageException {
    List<Generation> kept = new ArrayList<>(List.of(next));
    if (live != null) {
      Instant oldest = clock.instant().minus(KEPT_AT_LEAST);
      // One ceased to be live when the one after it began.
      Instant until = next.since();
      for (Generation earlier : known.getOrDefault(next.folder(), List.of())) {
        if (kept.size() < KEPT || until.isAfter(oldest)) {
          kept.add(earlier);
        }
        until = earlier.since();
      }
    }
    known.put(next.folder(), List.copyOf(kept));
    packages.changed();
    for (long number : store.packages().generations(next.folder())) {
      if (kept.stream().noneMatch(generation -> generation.number() == number)) {
        store.packages().drop(next.folder(), number);
      }
    }
  }

  /** Moves what is staged into the tree, {@code repomd.xml} last. */
  private void publish(Generation next) throws StorageException {
    List<EntryKey> order = new ArrayList<>();
    next.parts().forEach(part -> order.add(part.key()));
    order.addAll(tops(next.folder()));
    for (EntryKey key : order) {
      Optional<StoredEntry> staged = store.find(Folders.staged(key), clock.instant());
      if (staged.isPresent()) {
        var unused = store.move(staged.get(), key);
      }
    }
  }

  private boolean isStill(StoredEntry file) {
    return store
        .find(file.key(), clock.instant())
        .filter(entry -> entry.file().equals(file.file()))
        .isPresent();
  }

  private void failed(
      RepositoryFolder folder, StoredEntry repomd, @Nullable Generation live, Throwable fault) {
    Throwable cause =
        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    LOG.debug("{}", folder, cause);
    if (live != null) {
      dropStaged(folder);
      String complaint = String.valueOf(cause.getMessage());
      if (complaint.equals(complaints.put(folder, complaint))) {
        return;
      }
      LOG.warn(
          "{}: upstream's new repomd.xml is not complete, generation {} stays: {}",
          folder,
          live.number(),
          complaint);
    } else if (isStill(repomd)) {
      unusable.put(folder, new Unusable(repomd.file(), clock.instant()));
      String complaint = String.valueOf(cause.getMessage());
      if (!complaint.equals(complaints.put(folder, complaint))) {
        LOG.warn("{}: its files can't be verified by checksum yet: {}", folder, complaint);
      }
    }
  }

  @Override
  public void close() {
    reader.shutdownNow();
    packages.close();
  }
}
