package org.instantmirror.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.instantmirror.store.StorageException.Reason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fault that keeps new files from being stored: learned from what failed, and looked for; it
 * goes when a look finds the disk well again. Logged once when it comes and once when it goes.
 * Thread-safe.
 */
final class StorageFault {
  private static final Logger LOG = LoggerFactory.getLogger(StorageFault.class);
  private static final long LOOK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int PROBE_BYTES = 64 * 1024;

  private final Disk disk;
  private final Path partial;
  private final FreeSpace freeSpace;
  private final LongSupplier nanoTime;
  private final AtomicReference<@Nullable StorageException> current = new AtomicReference<>();
  private final AtomicLong lastLook;

  StorageFault(Disk disk, Path partial, FreeSpace freeSpace, LongSupplier nanoTime) {
    this.disk = disk;
    this.partial = partial;
    this.freeSpace = freeSpace;
    this.nanoTime = nanoTime;
    this.lastLook = new AtomicLong(nanoTime.getAsLong() - LOOK_INTERVAL_NANOS);
  }

  /** As {@link Store#fault}: looks at the disk once a second at most. */
  Optional<String> current() {
    long last = lastLook.get();
    long now = nanoTime.getAsLong();
    if (now - last >= LOOK_INTERVAL_NANOS && lastLook.compareAndSet(last, now)) {
      try {
        look();
      } catch (StorageException e) {
        // Reported; it is the current one.
      }
    }
    return Optional.ofNullable(current.get()).map(StorageException::getMessage);
  }

  /** Whether the current one is that there is no room. */
  boolean isOfSpace() {
    StorageException fault = current.get();
    return fault != null && fault.reason() == Reason.NO_SPACE;
  }

  /**
   * Looks at the disk now: space and permission always; after a fault also whether it takes bytes.
   *
   * @throws StorageException the fault
   */
  void look() throws StorageException {
    StorageException before = current.get();
    try {
      freeSpace.requireSome();
      requireWritable();
      if (before != null) {
        probe();
      }
    } catch (StorageException e) {
      throw report(e);
    }
    if (before != null && current.compareAndSet(before, null)) {
      LOG.info("'{}' can be written again: new files are stored", partial);
    }
  }

  /** Takes note of a failure, if it is one of the whole store; returns it, to be thrown. */
  StorageException report(StorageException failure) {
    if (failure.reason().ofStore() && current.getAndSet(failure) == null) {
      LOG.error("nothing new is stored, requests pass through: {}", failure.getMessage());
    }
    return failure;
  }

  private void requireWritable() throws StorageException {
    if (!Files.isWritable(partial)) {
      throw new StorageException(
          Reason.NOT_WRITABLE,
          "cannot write to '" + partial + "'; give it to the user this server runs as");
    }
  }

  private void probe() throws StorageException {
    Path probe = null;
    try {
      probe = Files.createTempFile(partial, "probe", null);
      try (FileChannel channel = FileChannel.open(probe, StandardOpenOption.WRITE)) {
        ByteBuffer zeros = ByteBuffer.allocate(PROBE_BYTES);
        while (zeros.hasRemaining()) {
          disk.write(channel, zeros, zeros.position());
        }
        disk.force(channel);
      }
    } catch (IOException e) {
      throw StorageException.of("cannot write to", partial, e);
    } finally {
      delete(probe);
    }
  }

  private void delete(@Nullable Path probe) {
    try {
      if (probe != null) {
        disk.delete(probe);
      }
    } catch (IOException e) {
      LOG.debug("cannot delete '{}': {}", probe, e.toString());
    }
  }
}
