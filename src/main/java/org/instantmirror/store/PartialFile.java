package org.instantmirror.store;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ByteRanges;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.Checksum;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partial entry on disk. Its owner's thread and others write; the checkpoint thread forces beside
 * them.
 */
final class PartialFile implements PartialEntry {
  private static final Logger LOG = LoggerFactory.getLogger(PartialFile.class);

  /** So many unforced bytes are worth a checkpoint at once; fewer when they are a second old. */
  private static final long CHECKPOINT_BYTES = 1 << 20;

  private final EntryKey key;
  private final Head head;
  private final long length;
  private final URI source;
  private final PartialFolder folder;
  private final Commit commit;
  private final StorageFault fault;
  private final PartialName name;
  private final DataFile data;
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * Whoever has the permit may force the data and write or delete the sidecar: the checkpoint
   * thread for a moment, the owner for good when it ends the entry. Not a lock that others queue
   * for: the one that may ever wait is the owner at the end, for a force that it wants itself.
   */
  private final Semaphore sidecarPermit = new Semaphore(1);

  /** For the two fields below, and what changes {@link #written}; never held over I/O. */
  private final ReentrantLock writing = new ReentrantLock();

  /** Signalled when a thread has written. */
  private final Condition wrote = writing.newCondition();

  /** What threads are just writing. Guarded by {@link #writing}. */
  private ByteRanges inFlight = ByteRanges.NONE;

  /** Changed, under {@link #writing}, after the bytes have been written. */
  private volatile ByteRanges written;

  /** The end of its first range if that begins at 0; likewise. */
  private volatile long size;

  /** What the next checkpoint writes, but for the offset. Guarded by {@link #sidecarPermit}. */
  private Sidecar sidecar;

  /** How many bytes there were at the last checkpoint. Guarded by {@link #sidecarPermit}. */
  private long bytesBefore;

  PartialFile(
      PartialFolder folder,
      Commit commit,
      StorageFault fault,
      PartialName name,
      DataFile data,
      Sidecar sidecar) {
    this.folder = folder;
    this.commit = commit;
    this.fault = fault;
    this.name = name;
    this.data = data;
    this.sidecar = sidecar;
    this.written = sidecar.forced();
    this.size = written.endFrom(0);
    this.bytesBefore = written.size();
    this.key = sidecar.key();
    this.head = sidecar.head();
    this.length = sidecar.length();
    this.source = sidecar.source();
  }

  @Override
  public EntryKey key() {
    return key;
  }

  @Override
  public Head head() {
    return head;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public URI source() {
    return source;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public ByteRanges written() {
    return written;
  }

  /** How many bytes are here, wherever in the file. */
  long bytes() {
    return written.size();
  }

  PartialName name() {
    return name;
  }

  DataFile data() {
    return data;
  }

  /** Bytes that are still to come, as far as that is known. */
  long remaining() {
    return Math.max(0, length - bytes());
  }

  @Override
  public void append(ByteBuffer bytes) throws StorageException {
    if (ended.get()) {
      throw new IllegalStateException(key + " was committed, suspended or discarded");
    }
    while (bytes.hasRemaining()) {
      long position = size;
      long end = reserveAtHead(bytes.remaining());
      if (end > position) {
        put(bytes, position, end);
      }
      if (size > end) {
        // It has reached what is here already.
        return;
      }
    }
  }

  /**
   * Reserves room at the head, waiting for the thread that is just writing there, if any.
   *
   * @return where it ends; the head itself if that has moved meanwhile
   */
  private long reserveAtHead(int most) {
    writing.lock();
    try {
      long position = size;
      while (inFlight.contains(size)) {
        wrote.awaitUninterruptibly();
      }
      return size == position ? reserve(position, most) : position;
    } finally {
      writing.unlock();
    }
  }

  /** Reserves what is free from {@code position} on; where that ends. Guarded by writing. */
  private long reserve(long position, long most) {
    long taken = Math.min(written.nextFrom(position), inFlight.nextFrom(position));
    long end = Math.min(position + most, taken);
    if (end > position) {
      inFlight = inFlight.with(new ByteRange(position, end - 1));
    }
    return end;
  }

  @Override
  public boolean write(ByteBuffer bytes, long position) throws StorageException {
    if (length < 0) {
      return false;
    }
    long last = position + bytes.remaining();
    if (position < 0 || last > length) {
      throw new IllegalArgumentException(position + " to " + last + " of " + length);
    }
    for (long at = position; at < last; ) {
      long end;
      writing.lock();
      try {
        if (ended.get()) {
          return false;
        }
        at = Math.min(last, freeFrom(at));
        end = reserve(at, last - at);
      } finally {
        writing.unlock();
      }
      bytes.position(bytes.limit() - (int) (last - at));
      if (end > at) {
        put(bytes, at, end);
      }
      at = end;
    }
    return true;
  }

  /** The first position from there on that neither is written nor just being so. */
  private long freeFrom(long position) {
    long at = position;
    for (long before = -1; at != before; ) {
      before = at;
      at = inFlight.endFrom(written.endFrom(at));
    }
    return at;
  }

  /** Writes to the reserved room between two positions. */
  private void put(ByteBuffer bytes, long position, long end) throws StorageException {
    ByteRange range = new ByteRange(position, end - 1);
    int limit = bytes.limit();
    boolean done = false;
    try {
      bytes.limit(bytes.position() + (int) range.length());
      data.write(bytes, position);
      done = true;
    } catch (IOException e) {
      throw fault.report(StorageException.of("cannot write", name.data(), e));
    } finally {
      bytes.limit(limit);
      wrote(range, done);
    }
  }

  private void wrote(ByteRange range, boolean done) {
    writing.lock();
    try {
      inFlight = inFlight.without(range);
      if (done) {
        written = written.with(range);
        size = written.endFrom(0);
      }
      wrote.signalAll();
    } finally {
      writing.unlock();
    }
  }

  /** Takes no more from any thread; false if that was so already. */
  private boolean close() {
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    writing.lock();
    try {
      while (inFlight.size() > 0) {
        wrote.awaitUninterruptibly();
      }
    } finally {
      writing.unlock();
    }
    return true;
  }

  @Override
  public Reader openReader() throws IOException {
    data.retain();
    return new DataReader();
  }

  /** Called about once a second by the checkpoint thread: makes what is here safe, if worth it. */
  void checkpoint() {
    if (!sidecarPermit.tryAcquire()) {
      return;
    }
    try {
      ByteRanges now = written;
      long forced = sidecar.forced().size();
      long unforced = now.size() - forced;
      boolean due = unforced >= CHECKPOINT_BYTES || bytesBefore > forced;
      bytesBefore = now.size();
      if (due && unforced > 0 && sidecar.isResumable()) {
        data.force();
        sidecar = sidecar.forcedTo(now);
        folder.write(name, sidecar, true);
      }
    } catch (IOException e) {
      fault.report(StorageException.of("cannot write", name.data(), e));
    } finally {
      sidecarPermit.release();
    }
  }

  @Override
  public StoredEntry commit(Instant now, @Nullable Checksum checksum) throws StorageException {
    if (length >= 0 && size != length) {
      throw new IllegalStateException(key + ": " + size + " of " + length + " bytes are here");
    }
    if (!close()) {
      throw new IllegalStateException(key + " was committed, suspended or discarded");
    }
    sidecarPermit.acquireUninterruptibly();
    boolean committed = false;
    try (Uninterrupted whole = new Uninterrupted()) {
      StoredEntry entry = commit.run(this, sidecar, now, checksum);
      committed = true;
      return entry;
    } catch (StorageException e) {
      throw fault.report(e);
    } finally {
      if (!committed) {
        folder.delete(name);
      }
      end();
    }
  }

  @Override
  public void suspend() {
    if (!close()) {
      return;
    }
    sidecarPermit.acquireUninterruptibly();
    try (Uninterrupted whole = new Uninterrupted()) {
      if (sidecar.isResumable() && bytes() > 0) {
        data.force();
        sidecar = sidecar.forcedTo(written);
        folder.write(name, sidecar, true);
        folder.keep(name, sidecar);
      } else {
        folder.delete(name);
      }
    } catch (IOException e) {
      LOG.info("{} can't be kept to be resumed: {}", key, e.toString());
      folder.delete(name);
    } finally {
      end();
    }
  }

  @Override
  public void discard() {
    if (!close()) {
      return;
    }
    sidecarPermit.acquireUninterruptibly();
    try (Uninterrupted whole = new Uninterrupted()) {
      folder.delete(name);
    } finally {
      end();
    }
  }

  private void end() {
    data.release();
    folder.ended(this);
  }

  private final class DataReader implements Reader {
    private final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      if (closed.get()) {
        throw new ClosedChannelException();
      }
      long available = (position < size ? size : written.endFrom(position)) - position;
      if (available <= 0) {
        return -1;
      }
      int limit = target.limit();
      try {
        target.limit(target.position() + (int) Math.min(target.remaining(), available));
        return data.read(target, position);
      } finally {
        target.limit(limit);
      }
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        data.release();
      }
    }
  }
}
