package org.instantmirror.store;

import java.io.Closeable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.ehcache.Cache;
import org.ehcache.CacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.instantmirror.repo.EntryKey;
import org.jspecify.annotations.Nullable;

/**
 * The heads: a bounded number in memory in front of the {@link IndexDatabase}. A change is visible
 * at once and written by one thread, many in a transaction; who needs it on disk waits for that.
 * Thread-safe.
 */
final class Heads implements Closeable {
  private static final String CACHE = "heads";

  /** How long a check time may stay unwritten; losing one costs a revalidation. */
  private static final long WRITE_DELAY_MILLIS = 500;

  private static final long RETRY_MILLIS = 5_000;

  /** Unwritten changes kept while the index fails, whatever {@code headsInMemory} says. */
  private static final int MIN_UNWRITTEN = 1_000;

  private final IndexDatabase index;
  private final int maxUnwritten;
  private final CacheManager cacheManager;
  private final Cache<EntryKey, StoredEntry> cache;

  /**
   * Changes that the index doesn't have yet. Its per-key atomic operations also guard the cache:
   * what both hold of a key changes in one step.
   */
  private final ConcurrentHashMap<EntryKey, HeadWrite> unwritten = new ConcurrentHashMap<>();

  /** Files that may already be in the tree, while their commit goes on. */
  private final ConcurrentHashMap<EntryKey, StoredEntry> announced = new ConcurrentHashMap<>();

  private final ScheduledExecutorService writer;
  private final AtomicBoolean writeScheduled = new AtomicBoolean();

  /**
   * @param inMemory how many heads, at least 1
   */
  Heads(IndexDatabase index, int inMemory) {
    this.index = index;
    this.writer = index.writer();
    this.maxUnwritten = Math.max(MIN_UNWRITTEN, inMemory);
    this.cacheManager =
        CacheManagerBuilder.newCacheManagerBuilder()
            .withCache(
                CACHE,
                CacheConfigurationBuilder.newCacheConfigurationBuilder(
                    EntryKey.class,
                    StoredEntry.class,
                    ResourcePoolsBuilder.heap(Math.max(1, inMemory))))
            .build(true);
    this.cache = cacheManager.getCache(CACHE, EntryKey.class, StoredEntry.class);
  }

  /** The head if it is in memory: no disk, no lock. */
  @Nullable StoredEntry inMemory(EntryKey key) {
    StoredEntry cached = cache.get(key);
    if (cached != null) {
      return cached;
    }
    HeadWrite write = unwritten.get(key);
    return write == null ? null : write.entry();
  }

  /** The head, from the index if need be. */
  @Nullable StoredEntry get(EntryKey key) {
    StoredEntry cached = inMemory(key);
    if (cached != null || unwritten.containsKey(key)) {
      return cached;
    }
    StoredEntry read = index.find(handle -> HeadTable.find(handle, key)).orElse(null);
    if (index.isDamaged()) {
      scheduleWrite(0);
    }
    return read == null ? inMemory(key) : remember(read);
  }

  /** Takes what was read into memory, unless memory has learned something newer meanwhile. */
  private @Nullable StoredEntry remember(StoredEntry read) {
    AtomicReference<@Nullable StoredEntry> newest = new AtomicReference<>(read);
    unwritten.compute(
        read.key(),
        (key, write) -> {
          if (write != null) {
            newest.set(write.entry());
          } else {
            StoredEntry cached = cache.putIfAbsent(key, read);
            newest.set(cached == null ? read : cached);
          }
          return write;
        });
    return newest.get();
  }

  /**
   * Replaces the head of a file if memory knows none other.
   *
   * @param expected the file that the caller took the head to be of; null for no head
   * @param next null to remove it
   * @return whether it was replaced. If the head had left memory it was, whatever it said: at worst
   *     the file then doesn't match its head and is validated
   */
  boolean replace(EntryKey key, @Nullable FileIdentity expected, @Nullable StoredEntry next) {
    AtomicBoolean replaced = new AtomicBoolean();
    unwritten.compute(
        key,
        (same, write) -> {
          StoredEntry current = write == null ? cache.get(key) : write.entry();
          boolean agrees =
              current == null ? write == null || expected == null : current.file().equals(expected);
          replaced.set(agrees);
          return agrees ? put(key, next) : write;
        });
    if (replaced.get()) {
      scheduleWrite(WRITE_DELAY_MILLIS);
    }
    return replaced.get();
  }

  /** Only within an atomic operation of {@link #unwritten} on that key. */
  private HeadWrite put(EntryKey key, @Nullable StoredEntry next) {
    if (next == null) {
      cache.remove(key);
    } else {
      cache.put(key, next);
    }
    return new HeadWrite(key, next);
  }

  /** Replaces the head, whatever there was; returns whether it is on disk. */
  boolean putDurably(StoredEntry entry) {
    unwritten.compute(entry.key(), (key, write) -> put(key, entry));
    try {
      return StoreThread.await(writer.submit(this::write));
    } catch (RejectedExecutionException e) {
      return false; // closed
    }
  }

  /** Waits until the index has what is in memory. */
  void flush() {
    try {
      var unused = StoreThread.await(writer.submit(this::write));
    } catch (RejectedExecutionException closed) {
      // Nobody needs it any more.
    }
  }

  /** The heads of what lies in areas. */
  List<StoredEntry> ofAreas() {
    return index.find(handle -> Optional.of(HeadTable.ofAreas(handle))).orElse(List.of());
  }

  /** Removes those; there are no such files any more. */
  void forgetAreas() {
    for (StoredEntry entry : ofAreas()) {
      replace(entry.key(), entry.file(), null);
    }
  }

  /** A file with that head may appear in the tree from now on. */
  void announce(StoredEntry entry) {
    announced.put(entry.key(), entry);
  }

  /** The head is in memory, or the file won't appear. */
  void withdraw(StoredEntry entry) {
    announced.remove(entry.key(), entry);
  }

  /** What was {@link #announce announced} of the key. */
  @Nullable StoredEntry announced(EntryKey key) {
    return announced.get(key);
  }

  /** Looks for damage in the index; may take seconds. */
  void check() {
    index.check();
    if (index.isDamaged()) {
      scheduleWrite(0);
    }
  }

  private void scheduleWrite(long delayMillis) {
    if (writeScheduled.compareAndSet(false, true)) {
      try {
        var unused = writer.schedule(this::write, delayMillis, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // Closed: the change stays in memory for what requests are left.
      }
    }
  }

  /** Runs in the writer's thread; one run takes what others were submitted for. */
  private boolean write() {
    writeScheduled.set(false);
    boolean written = tryWrite() || (index.isDamaged() && tryWrite());
    if (!written) {
      scheduleWrite(RETRY_MILLIS);
    }
    return written;
  }

  private boolean tryWrite() {
    if (index.restore()) {
      cache.forEach(head -> writeAgain(head.getValue()));
    }
    List<HeadWrite> batch = List.copyOf(unwritten.values());
    boolean written =
        batch.isEmpty() || index.write(handle -> HeadTable.write(handle, batch)).isPresent();
    if (written || batch.size() > maxUnwritten) {
      batch.forEach(write -> unwritten.remove(write.key(), write));
    }
    return written;
  }

  private void writeAgain(StoredEntry entry) {
    unwritten.putIfAbsent(entry.key(), new HeadWrite(entry.key(), entry));
  }

  /** Writes what is unwritten. */
  @Override
  public void close() {
    if (writer.isShutdown()) {
      return;
    }
    StoreThread.await(writer.submit(this::write));
    index.close();
    cacheManager.close();
  }
}
