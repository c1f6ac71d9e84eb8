package org.instantmirror.mirror;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
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

  private final Store store;
  private final Clock clock;
  private final GenerationRecords records;
  private final Setbacks setbacks;
  private final SignatureCheck signatures;
  private final Assembly.Means means;
  private final Publication publication;
  private final NewVersions news;
  private final Upcoming upcoming;
  private final StickyClients sticky = new StickyClients();

  private final Set<RepositoryFolder> assembling = ConcurrentHashMap.newKeySet();

  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "repodata");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param obtain has a file downloaded; completed when that has ended, however
   * @param repos those that are configured
   * @param signatures what each {@code repomd.xml} has to pass; closed with this
   * @param news says what those that go live have that their predecessors hadn't
   * @param upcoming is told of those that go live
   */
  Generations(
      Store store,
      Function<Order, CompletableFuture<Void>> obtain,
      SignatureCheck signatures,
      Function<RepoId, @Nullable Repo> repos,
      NewVersions news,
      Upcoming upcoming,
      Clock clock) {
    this.store = store;
    this.news = news;
    this.upcoming = upcoming;
    this.clock = clock;
    this.setbacks = new Setbacks(clock);
    this.signatures = signatures;
    this.means = new Assembly.Means(store, obtain, signatures, reader, clock);
    this.publication = new Publication(store, clock);
    this.records =
        new GenerationRecords(
            store.packages(), new Recovery(store, publication, repos, clock).run());
  }

  /** Which there are. */
  GenerationRecords records() {
    return records;
  }

  /**
   * The file of that name that a client gets: the live generation's, or that of an earlier one if
   * the client sticks to it.
   *
   * @return empty if there is none
   */
  Optional<StoredEntry> earlier(String client, EntryKey top, Generation live, Instant now) {
    OptionalLong taken = sticky.of(client, live.folder(), top.fileName(), now);
    if (taken.isEmpty() || taken.getAsLong() == live.number()) {
      return Optional.empty();
    }
    Optional<StoredEntry> earlier = publication.earlier(top, taken.getAsLong());
    earlier.ifPresent(
        entry -> sticky.took(client, live.folder(), taken.getAsLong(), top.fileName(), now));
    return earlier;
  }

  /** The same of the live one; empty if there is none, or somebody has changed it. */
  Optional<StoredEntry> own(Generation live, EntryKey top) {
    return publication.live(live, top);
  }

  /** The client gets that file of the generation, and is to get its other files as well. */
  void took(String client, Generation generation, EntryKey top, Instant now) {
    sticky.took(client, generation.folder(), generation.number(), top.fileName(), now);
  }

  /** The {@code repomd.xml} of each generation by its number, null where it isn't here any more. */
  Map<Long, @Nullable StoredEntry> repomds(RepositoryFolder folder) {
    EntryKey repomd = Folders.repomd(folder);
    Generation live = records.live(folder);
    Map<Long, @Nullable StoredEntry> files = new LinkedHashMap<>();
    for (Generation each : records.of(folder)) {
      Optional<StoredEntry> file =
          each.equals(live)
              ? publication.live(each, repomd)
              : publication.earlier(repomd, each.number());
      files.put(each.number(), file.orElse(null));
    }
    return files;
  }

  /** A file was asked for: a {@code repomd.xml} that isn't known yet is read. */
  void asked(Order order) {
    if (Folders.isRepomd(order.key()) && order.repo().lifetimes().trustRepodata()) {
      Folders.ofRepodata(order.key()).ifPresent(folder -> look(order.repo(), folder));
    }
  }

  private void look(Repo repo, RepositoryFolder folder) {
    if (isKnown(folder) || !assembling.add(folder)) {
      return;
    }
    // Again, now that no generation goes live meanwhile.
    boolean begun = false;
    try {
      begun = !isKnown(folder) && lookAgain(repo, folder);
    } finally {
      if (!begun) {
        assembling.remove(folder);
      }
    }
  }

  /** Whether what is live is what is stored. */
  private boolean isKnown(RepositoryFolder folder) {
    Generation live = records.live(folder);
    return live != null
        && store
            .find(Folders.repomd(folder), clock.instant())
            .filter(StoredEntry::mayBeServedUnchecked)
            .filter(repomd -> live.isOf(repomd.file()))
            .isPresent();
  }

  /** Returns whether a generation is being assembled. */
  private boolean lookAgain(Repo repo, RepositoryFolder folder) {
    // Somebody else put another in its place: what was known may not hold any more.
    records.forget(folder);
    Optional<StoredEntry> stored =
        store
            .find(Folders.repomd(folder), clock.instant())
            .filter(StoredEntry::mayBeServedUnchecked)
            .filter(repomd -> !setbacks.isUnusable(folder, repomd.file()));
    stored.ifPresent(repomd -> assemble(repo, folder, repomd, null));
    return stored.isPresent();
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
    Generation live = records.live(folder);
    EntryKey top = Folders.repomd(folder);
    if (live == null || incoming(top).isEmpty() || !assembling.add(folder)) {
      return;
    }
    try {
      publication.dropStaged(folder);
      Optional<StoredEntry> incoming = incoming(top);
      if (incoming.isPresent() && isLive(incoming.get(), top)) {
        store.drop(incoming.get());
      } else if (incoming.isPresent()) {
        // Out of the way of the next check: nothing takes its place while it is assembled.
        assemble(repo, folder, store.move(incoming.get(), Folders.staged(top)), live);
        return;
      }
    } catch (IOException fault) {
      LOG.warn("{}: the next generation can't be staged: {}", folder, fault.getMessage());
    }
    assembling.remove(folder);
  }

  /** Where upstream has no validators, or other ones, the same comes again. */
  private boolean isLive(StoredEntry incoming, EntryKey repomd) throws IOException {
    Optional<StoredEntry> live = store.find(repomd, clock.instant());
    return live.isPresent() && publication.areEqual(incoming, live.get());
  }

  private Optional<StoredEntry> incoming(EntryKey repomd) {
    return store
        .find(Folders.incoming(repomd), clock.instant())
        .or(() -> store.find(Folders.elsewhere(repomd), clock.instant()));
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
            .whenComplete((done, fault) -> ended(repo, folder, repomd, live, cause(fault)));
  }

  private void ended(
      Repo repo,
      RepositoryFolder folder,
      StoredEntry repomd,
      @Nullable Generation live,
      @Nullable Throwable cause) {
    if (reader.isShutdown()) {
      return;
    }
    try {
      if (cause != null) {
        failed(folder, repomd, live, cause);
      }
    } finally {
      assembling.remove(folder);
    }
    // Another may have come meanwhile.
    if (live == null) {
      look(repo, folder);
    } else {
      next(repo, folder);
    }
    if (live != null && cause instanceof Assembly.Incomplete) {
      askOthers(repo, folder, repomd.source());
    }
  }

  /** In one step for who asks; on the thread that reads repodata. */
  private void goLive(Repo repo, Generation next, StoredEntry repomd, @Nullable Generation live) {
    RepositoryFolder folder = next.folder();
    upcoming.coming(repo, next, live);
    try {
      if (live == null) {
        if (!isStill(repomd)) {
          records.drop(folder, next.number());
          return;
        }
        records.keep(List.of(next.with(Map.of(repomd.key(), repomd.file()))));
      } else {
        publication.setAside(live);
        publish(repo, publication.staged(next));
      }
    } catch (StorageException fault) {
      // A later process would take it for one whose publication was interrupted.
      records.drop(folder, next.number());
      throw new CompletionException(fault);
    }
    news.tell(live, next, clock.instant());
    records.trim(folder);
    setbacks.forget(folder);
    LOG.info("{}: generation {} is live", folder, next.number());
    upcoming.wentLive(next);
  }

  private void publish(Repo repo, Generation staged) throws StorageException {
    RepositoryFolder folder = staged.folder();
    List<Generation> all = new ArrayList<>(List.of(staged));
    all.addAll(records.of(folder));
    records.keep(Kept.of(all, repo.lifetimes().generations(), clock.instant()));
    try {
      publication.publish(staged);
    } catch (StorageException fault) {
      // Which of its files are in the tree? What is there is read again.
      records.forget(folder);
      throw fault;
    }
  }

  private boolean isStill(StoredEntry file) {
    return store
        .find(file.key(), clock.instant())
        .filter(entry -> entry.file().equals(file.file()))
        .isPresent();
  }

  private static @Nullable Throwable cause(@Nullable Throwable fault) {
    return fault instanceof CompletionException && fault.getCause() != null
        ? fault.getCause()
        : fault;
  }

  private void failed(
      RepositoryFolder folder, StoredEntry repomd, @Nullable Generation live, Throwable cause) {
    LOG.debug("{}", folder, cause);
    if (live != null) {
      publication.dropStaged(folder);
      setbacks.complain(
          folder,
          "the new repomd.xml of "
              + repomd.source()
              + " is not complete, generation "
              + live.number()
              + " stays: "
              + cause.getMessage());
    } else if (isStill(repomd)) {
      setbacks.unusable(folder, repomd.file());
      setbacks.complain(
          folder, "its files can't be verified by checksum yet: " + cause.getMessage());
    }
  }

  /** Another upstream may have a generation that is newer than ours, and whole. */
  private void askOthers(Repo repo, RepositoryFolder folder, @Nullable URI source) {
    Set<URI> sources = setbacks.incomplete(folder, source);
    if (sources.isEmpty()) {
      return;
    }
    EntryKey key = Folders.elsewhere(Folders.repomd(folder));
    Order order =
        new Order(repo, key, FileClass.METADATA, true, null).with(Preference.except(sources));
    means
        .obtain()
        .apply(order)
        .thenRun(
            () -> {
              if (store.find(key, clock.instant()).isEmpty() && !assembling.contains(folder)) {
                setbacks.othersAsked(folder);
              }
            });
  }

  /** Looks at a repository without being asked. */
  void look(Order repomd) {
    Folders.ofRepodata(repomd.key())
        .filter(folder -> records.live(folder) != null)
        .ifPresent(
            folder -> {
              var unused = check(repomd.repo(), folder);
            });
  }

  /** Has upstream asked whether it has another generation. */
  private CompletableFuture<Void> check(Repo repo, RepositoryFolder folder) {
    EntryKey incoming = Folders.incoming(Folders.repomd(folder));
    return means.obtain().apply(new Order(repo, incoming, FileClass.METADATA, true, null));
  }

  /** Upstream doesn't have the file: if repodata lists it, upstream may have changed that. */
  void missing(Order order) {
    if (order.key().repo().isArea()) {
      return;
    }
    records
        .listing(order.key())
        .forEach(
            folder -> {
              var unused = check(order.repo(), folder);
            });
  }

  /** How they are, for who changes nothing. */
  KnownGenerations look() {
    return new KnownGenerations(records, assembling, setbacks, store.packages());
  }

  /**
   * Forgets the generations of a folder, because its files are being removed. One that is being
   * assembled comes to nothing if its files go as well; the next check begins anew.
   *
   * @return how many were known
   */
  int purge(RepositoryFolder folder) {
    setbacks.forget(folder);
    return records.purge(folder);
  }

  @Override
  public void close() {
    reader.shutdownNow();
    signatures.close();
    records.close();
  }
}
