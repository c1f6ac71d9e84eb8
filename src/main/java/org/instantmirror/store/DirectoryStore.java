package org.instantmirror.store;

import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.store.StoredEntry.Origin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store on a directory: ties its parts together. Has no state but theirs. */
final class DirectoryStore implements Store {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryStore.class);
  private static final long CHECKPOINT_MILLIS = 1_000;
  private static final long UNUSED_LINKS_MINUTES = 10;

  /** Links allowed however few heads are kept in memory. */
  private static final int MIN_LINKS = 1_000;

  private static final int MOST_ABSENT = 10_000;

  /**
   * Keys of which neither file nor head was found: while the file is missing, the index needn't be
   * asked again by each of the many clients of a download.
   */
  private final Set<EntryKey> absent = ConcurrentHashMap.newKeySet();

  private final Layout layout;
  private final CacheLock lock;
  private final Tree tree;
  private final Placement placement;
  private final Heads heads;
  private final PackageIndex packages;
  private final StorageFault fault;
  private final PartialFolder partials;
  private final Sharing sharing;
  private final ServingLinks links;
  private final FreeSpace freeSpace;
  private final StoredFiles files;
  private final TreeEviction eviction;
  private volatile Room room = Room.AS_IS;
  private final ScheduledExecutorService background;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DirectoryStore(
      StoreSettings settings,
      Layout layout,
      CacheLock lock,
      IndexDatabase index,
      Disk disk,
      LongSupplier nanoTime) {
    this.layout = layout;
    this.lock = lock;
    this.tree = new Tree(layout.cacheDir(), layout.areas(), disk);
    this.placement = new Placement(tree, layout.partial(), disk);
    this.heads = new Heads(index, settings.headsInMemory());
    this.packages = new PackageIndex(index, nanoTime);
    this.freeSpace = new FreeSpace(disk, layout.partial(), settings.minFree());
    this.fault = new StorageFault(disk, layout.partial(), freeSpace, nanoTime);
    Commit commit = new Commit(disk, placement, heads);
    this.partials = new PartialFolder(layout.partial(), disk, commit, fault, freeSpace);
    this.sharing = new Sharing(tree, partials, commit, disk);
    this.links =
        new ServingLinks(
            layout.serving(), tree, Math.max(MIN_LINKS, settings.headsInMemory()), nanoTime);
    this.files = new StoredFiles(index, tree);
    this.eviction = new TreeEviction(tree, heads, links, layout.partial());
    this.background = StoreThread.start("instantmirror-store");
  }

  static Store open(StoreSettings settings) throws StorageException {
    return open(settings, new Disk(), System::nanoTime);
  }

  /**
   * @param disk lets a test make steps fail
   * @param nanoTime lets a test pass the time; as {@link System#nanoTime}
   */
  static DirectoryStore open(StoreSettings settings, Disk disk, LongSupplier nanoTime)
      throws StorageException {
    Layout layout = Layout.create(settings.cacheDir(), settings.indexDir());
    CacheLock lock = CacheLock.take(layout.cacheDir(), layout.lock());
    DirectoryStore store = null;
    try {
      Sweep.discard(layout.serving());
      IndexDatabase index = IndexDatabase.open(layout.index());
      store = new DirectoryStore(settings, layout, lock, index, disk, nanoTime);
      Sweep sweep = new Sweep(store.partials, store.tree, store.heads);
      sweep.partials();
      sweep.moves();
      store.start();
      return store;
    } catch (StorageException | RuntimeException e) {
      if (store == null) {
        lock.close();
      } else {
        store.close();
      }
      throw e;
    }
  }

  private void start() {
    tree.reportForeignFolders(layout.partial());
    run("checkpoint", partials::checkpoint, CHECKPOINT_MILLIS);
    run("links", links::removeUnused, TimeUnit.MINUTES.toMillis(UNUSED_LINKS_MINUTES));
    background.execute(
        () -> {
          Sweep.deleteDiscarded(layout.own());
          heads.check();
        });
  }

  private void run(String name, Runnable task, long intervalMillis) {
    Runnable lasting =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            // A scheduled task that throws would never run again.
            LOG.error("background task '{}' failed", name, e);
          }
        };
    var unused =
        background.scheduleWithFixedDelay(
            lasting, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public Optional<StoredEntry> find(EntryKey key, Instant now) {
    StoredEntry known = heads.inMemory(key);
    // A head in memory is of a file that was found within the repository's folder. Whatever links
    // lie on the way by now: the same inode, size and time are that file.
    if (known != null && known.file().equals(tree.identity(key))) {
      return Optional.of(known);
    }
    if (known == null && absent.contains(key) && tree.isMissing(key)) {
      return Optional.empty();
    }
    return compare(key, now);
  }

  @Override
  public Optional<StoredEntry> peek(EntryKey key, Instant now) {
    StoredEntry announced = heads.announced(key);
    StoredEntry known = heads.get(key);
    FileIdentity file = tree.within(key).map(Tree.Located::file).orElse(null);
    if (file == null) {
      return Optional.empty();
    }
    if (known != null && known.file().equals(file)) {
      return Optional.of(known);
    }
    return Optional.of(
        announced != null && announced.file().equals(file)
            ? announced
            : seen(key, file, known == null ? Origin.ADOPTED : Origin.ALTERED, now));
  }

  @Override
  public Iterator<EntryKey> walk(RepoId repo, String prefix, @Nullable String after) {
    return new TreeWalk(tree.root(repo), repo, prefix, after);
  }

  @Override
  public List<RepoId> areas(RepoId repo) {
    return tree.areas(repo);
  }

  @Override
  public int discardWaiting(Predicate<EntryKey> which) {
    return partials.discardWaiting(which);
  }

  /** The slow way: no head in memory, or not of the file that is there. */
  private Optional<StoredEntry> compare(EntryKey key, Instant now) {
    while (true) {
      StoredEntry announced = heads.announced(key);
      StoredEntry known = heads.get(key);
      FileIdentity file = tree.within(key).map(Tree.Located::file).orElse(null);
      if (file == null) {
        if (known != null && tree.isMissing(key)) {
          heads.replace(key, known.file(), null);
        } else if (known == null) {
          rememberAbsent(key);
        }
        return Optional.empty();
      }
      absent.remove(key);
      if (known != null && known.file().equals(file)) {
        return Optional.of(known);
      }
      if (announced != null && announced.file().equals(file)) {
        return Optional.of(announced);
      }
      StoredEntry seen = seen(key, file, known == null ? Origin.ADOPTED : Origin.ALTERED, now);
      // Unless a commit has come between, which may have changed file and head after we looked.
      if (Objects.equals(heads.announced(key), announced)
          && heads.replace(key, known == null ? null : known.file(), seen)) {
        return Optional.of(seen);
      }
    }
  }

  private void rememberAbsent(EntryKey key) {
    if (absent.size() >= MOST_ABSENT) {
      absent.clear();
    }
    absent.add(key);
  }

  private static StoredEntry seen(EntryKey key, FileIdentity file, Origin origin, Instant now) {
    // Without a Date it is weak (RFC 9110 section 8.8.2.2): nobody knows when it was copied.
    Head head = new Head(null, file.modified().truncatedTo(ChronoUnit.SECONDS), null, null);
    return new StoredEntry(key, file, head, origin, null, now, Instant.EPOCH, null, null);
  }

  @Override
  public Path pathOf(EntryKey key) {
    return tree.path(key);
  }

  @Override
  public Optional<Path> servingLink(StoredEntry entry) {
    return links.link(entry);
  }

  @Override
  public StoredEntry freshen(StoredEntry entry, Head head, Instant checkedAt) {
    return update(entry, head, Origin.FETCHED, checkedAt, null, entry.checksum());
  }

  @Override
  public StoredEntry markGone(StoredEntry entry, Instant goneSince, Instant checkedAt) {
    return update(entry, entry.head(), entry.origin(), checkedAt, goneSince, entry.checksum());
  }

  @Override
  public StoredEntry verified(StoredEntry entry, Checksum checksum) {
    return update(
        entry, entry.head(), Origin.FETCHED, entry.checkedAt(), entry.goneSince(), checksum);
  }

  private StoredEntry update(
      StoredEntry entry,
      Head head,
      Origin origin,
      Instant checkedAt,
      @Nullable Instant goneSince,
      @Nullable Checksum checksum) {
    StoredEntry updated =
        new StoredEntry(
            entry.key(),
            entry.file(),
            head,
            origin,
            entry.source(),
            entry.fetchedAt(),
            checkedAt,
            goneSince,
            checksum);
    boolean current =
        entry.file().equals(tree.identity(entry.key()))
            && heads.replace(entry.key(), entry.file(), updated);
    return current ? updated : entry;
  }

  @Override
  public StoredEntry move(StoredEntry entry, EntryKey target) throws StorageException {
    StoredEntry moved = entry.as(target);
    heads.announce(moved);
    try {
      var unused = placement.place(target, tree.path(entry.key()));
      heads.putDurably(moved);
    } finally {
      heads.withdraw(moved);
    }
    heads.replace(entry.key(), entry.file(), null);
    return moved;
  }

  @Override
  public Optional<StoredEntry> copy(StoredEntry entry, EntryKey target) throws StorageException {
    try {
      return sharing.copy(entry, target, entry.head(), entry.fetchedAt());
    } catch (StorageException e) {
      throw fault.report(e);
    }
  }

  @Override
  public Optional<StoredEntry> share(StoredEntry entry, EntryKey target, Head head, Instant now)
      throws StorageException {
    placement.require(target);
    try {
      Optional<StoredEntry> shared = sharing.link(entry, target, head, now);
      if (shared.isPresent()) {
        List<EntryKey> names =
            Stream.of(entry.key(), target).filter(key -> !key.repo().isArea()).toList();
        files.shared(names, entry.file(), now);
      } else {
        requireRoom(target, entry.file().size());
        shared = sharing.copy(entry, target, head, now);
      }
      if (shared.isPresent()) {
        // What came of it from upstream is of no more use.
        partials.discardWaiting(target::equals);
      }
      return shared;
    } catch (StorageException e) {
      throw fault.report(e);
    }
  }

  @Override
  public void drop(StoredEntry entry) {
    if (tree.delete(entry.key(), entry.file())) {
      heads.replace(entry.key(), entry.file(), null);
    }
  }

  @Override
  public PartialEntry begin(EntryKey key, Head head, long length, URI source)
      throws StorageException {
    requireRoom(key, length);
    placement.require(key);
    return partials.begin(key, head, length, source);
  }

  private void requireRoom(EntryKey key, long length) throws StorageException {
    Optional<String> refusal = room.require(key, length);
    if (refusal.isPresent()) {
      throw new StorageException(StorageException.Reason.DOES_NOT_FIT, refusal.get());
    }
    fault.look();
  }

  @Override
  public Optional<PartialEntry> resume(EntryKey key) {
    // If there is none, this finds out again.
    partials.missing(key).ifPresent(length -> room.require(key, length));
    return partials.resume(key).map(partial -> partial);
  }

  @Override
  public Evicted lookAtEviction(List<EntryKey> names) {
    return eviction.look(names);
  }

  @Override
  public Evicted evict(List<EntryKey> names) {
    return eviction.run(names);
  }

  @Override
  public Evicted evictName(EntryKey key) {
    return eviction.runName(key);
  }

  @Override
  public void settle() {
    heads.flush();
  }

  @Override
  public StoredFiles files() {
    return files;
  }

  @Override
  public Space space() {
    return freeSpace.space(partials.promised(), partials.written());
  }

  @Override
  public void makeRoomBy(Room maker) {
    room = maker;
  }

  @Override
  public boolean takesFiles() {
    return fault.current().isEmpty() || (fault.isOfSpace() && room.isMaking());
  }

  @Override
  public void discardAreas() throws StorageException {
    Sweep.discard(layout.areas());
    heads.forgetAreas();
    background.execute(() -> Sweep.deleteDiscarded(layout.own()));
  }

  @Override
  public PackageIndex packages() {
    return packages;
  }

  @Override
  public Optional<String> fault() {
    return fault.current();
  }

  /** As {@link PartialFolder#checkpoint}, for tests that can't wait for the next second. */
  void checkpoint() {
    partials.checkpoint();
  }

  /** Entries that are being written are left as their last checkpoint has them. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      StoreThread.stop(background);
      heads.close();
      lock.close();
    }
  }
}
