package org.instantmirror.mirror;

import java.net.URI;
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
import org.instantmirror.download.Preference;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
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

  /** How long repodata that couldn't be used is let be; what it names may have been on its way. */
  private static final Duration UNUSABLE = Duration.ofMinutes(1);

  /** How many upstreams are asked for another repomd.xml than an incomplete one. */
  private static final int MOST_OTHERS = 3;

  private final Store store;
  private final Clock clock;
  private final KnownPackages packages;
  private final Assembly.Means means;
  private final Publication publication;
  private final StickyClients sticky = new StickyClients();

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

  /** From where those repomd.xml came that the others were asked for after. */
  private final Map<RepositoryFolder, Set<URI>> incomplete = new ConcurrentHashMap<>();

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
    this.means = new Assembly.Means(store, obtain, reader, clock);
    this.publication = new Publication(store, clock);
    known.putAll(new Recovery(store, publication, clock).run());
  }

  /** What is listed is another when this number is another. */
  long version() {
    return packages.version();
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
   * The file of that name that a client gets: the live generation's, or that of an earlier one if
   * the client sticks to it.
   *
   * @return empty if there is none
   */
  Optional<StoredEntry> earlier(String client, EntryKey top, Generation live, Instant now) {
    OptionalLong taken = sticky.of(client, live.folder(), now);
    return taken.isEmpty() || taken.getAsLong() == live.number()
        ? Optional.empty()
        : publication.earlier(top, taken.getAsLong());
  }

  /** The same of the live one; empty if there is none, or somebody has changed it. */
  Optional<StoredEntry> own(Generation live, EntryKey top) {
    return publication.live(live, top);
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
    if (live != null && live.isOf(repomd.file())) {
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
      publication.dropStaged(folder);
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

  private void assemble(
      Repo repo, RepositoryFolder folder, StoredEntry repomd, @Nullable Generation live) {
    CompletableFuture<Generation> next;
    try {
      next = new Assembly(means, repo, folder, repomd, live).run();
    } catch (RejectedExecutionException stopping) {
      assembling.remove(folder);
      return;
    }
    var unused =
        next.thenAccept(whole -> goLive(repo, whole, repomd, live))
            .whenComplete(
                (done, fault) -> {
                  if (fault != null) {
                    failed(repo, folder, repomd, live, fault);
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
  private void goLive(Repo repo, Generation next, StoredEntry repomd, @Nullable Generation live) {
    RepositoryFolder folder = next.folder();
    try {
      if (live == null) {
        if (!isStill(repomd)) {
          store.packages().drop(folder, next.number());
          return;
        }
        keep(repo, List.of(next.with(Map.of(repomd.key(), repomd.file()))));
      } else {
        Generation staged = publication.staged(next);
        List<Generation> before = known.getOrDefault(folder, List.of(live));
        publication.setAside(before);
        List<Generation> all = new ArrayList<>(List.of(staged));
        all.addAll(before);
        keep(repo, all);
        try {
          publication.publish(staged);
        } catch (StorageException fault) {
          // Which of its files are in the tree? What is there is read again.
          forget(folder);
          throw fault;
        }
      }
    } catch (StorageException fault) {
      throw new CompletionException(fault);
    }
    complaints.remove(folder);
    incomplete.remove(folder);
    LOG.info("{}: generation {} is live", folder, next.number());
  }

  private void keep(Repo repo, List<Generation> all) throws StorageException {
    List<Generation> kept = Kept.of(all, repo.lifetimes().generations(), clock.instant());
    RepositoryFolder folder = kept.get(0).folder();
    known.put(folder, kept);
    packages.changed();
    for (long number : store.packages().generations(folder)) {
      if (kept.stream().noneMatch(generation -> generation.number() == number)) {
        store.packages().drop(folder, number);
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
      Repo repo,
      RepositoryFolder folder,
      StoredEntry repomd,
      @Nullable Generation live,
      Throwable fault) {
    Throwable cause =
        fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
    LOG.debug("{}", folder, cause);
    if (live != null) {
      publication.dropStaged(folder);
      complain(
          folder,
          "the new repomd.xml of "
              + repomd.source()
              + " is not complete, generation "
              + live.number()
              + " stays: "
              + cause.getMessage());
      if (cause instanceof Assembly.Incomplete) {
        askOthers(repo, folder, repomd.source());
      }
    } else if (isStill(repomd)) {
      unusable.put(folder, new Unusable(repomd.file(), clock.instant()));
      complain(folder, "its files can't be verified by checksum yet: " + cause.getMessage());
    }
  }

  /** Once, until something else is to be said. */
  private void complain(RepositoryFolder folder, String complaint) {
    if (!complaint.equals(complaints.put(folder, complaint))) {
      LOG.warn("{}: {}", folder, complaint);
    }
  }

  /** Another upstream may have a generation that is newer than ours, and whole. */
  private void askOthers(Repo repo, RepositoryFolder folder, @Nullable URI source) {
    Set<URI> sources = incomplete.computeIfAbsent(folder, none -> ConcurrentHashMap.newKeySet());
    if (source == null || !sources.add(source) || sources.size() > MOST_OTHERS) {
      incomplete.remove(folder);
      return;
    }
    check(repo, folder, Preference.except(sources))
        .thenRun(
            () -> {
              boolean none =
                  store.find(Folders.incoming(Folders.repomd(folder)), clock.instant()).isEmpty();
              if (none && !assembling.contains(folder)) {
                // The next check begins with the first of them again.
                incomplete.remove(folder);
              }
            });
  }

  /** Looks at a repository without being asked. */
  void look(Order repomd) {
    Folders.ofRepodata(repomd.key())
        .ifPresent(
            folder -> {
              var unused = check(repomd.repo(), folder, Preference.NONE);
            });
  }

  /** Has upstream asked whether it has another generation. */
  CompletableFuture<Void> check(Repo repo, RepositoryFolder folder, Preference preference) {
    EntryKey incoming = Folders.incoming(Folders.repomd(folder));
    return means
        .obtain()
        .apply(new Order(repo, incoming, FileClass.METADATA, true, null).with(preference));
  }

  /** Upstream doesn't have the file: if repodata lists it, upstream may have changed that. */
  void missing(Order order) {
    if (order.key().repo().isArea() || known.isEmpty()) {
      return;
    }
    packages
        .listing(order.key())
        .forEach(
            folder -> {
              var unused = check(order.repo(), folder, Preference.NONE);
            });
  }

  @Override
  public void close() {
    reader.shutdownNow();
    packages.close();
  }
}
