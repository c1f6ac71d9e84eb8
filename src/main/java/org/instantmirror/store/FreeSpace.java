package org.instantmirror.store;

import java.nio.file.Path;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.store.StorageException.Reason;

/** How much of the disk may still be filled. Thread-safe. */
final class FreeSpace {
  private final Disk disk;
  private final Path folder;
  private final FreeSpaceLimit limit;

  FreeSpace(Disk disk, Path folder, FreeSpaceLimit limit) {
    this.disk = disk;
    this.folder = folder;
    this.limit = limit;
  }

  /**
   * @throws StorageException with {@link Reason#NO_SPACE} if no more than the limit is free
   */
  void requireSome() throws StorageException {
    long reserve = reserve();
    long usable = disk.usableSpace(folder);
    if (usable <= reserve) {
      throw new StorageException(
          Reason.NO_SPACE,
          String.format(
              "disk of '%s' is full: %d MiB free, min_free keeps %d MiB; free some space",
              folder, mebibytes(usable), mebibytes(reserve)));
    }
  }

  /**
   * @param length in bytes; unknown if negative
   * @param promised bytes that running downloads are still to write
   * @throws StorageException also with {@link Reason#DOES_NOT_FIT} if that many more don't fit
   */
  void requireRoomFor(long length, long promised) throws StorageException {
    requireSome();
    long room = disk.usableSpace(folder) - reserve() - promised;
    // Also lengths near Long.MAX_VALUE, which an upstream may claim.
    if (Math.max(0, length) >= room) {
      throw new StorageException(
          Reason.DOES_NOT_FIT,
          String.format(
              "no room in '%s' for a file of %d MiB: %d MiB are left above min_free",
              folder, mebibytes(length), Math.max(0, mebibytes(room))));
    }
  }

  /** As {@link Store#space}. */
  Space space(long promised, long partial) {
    return new Space(
        disk.totalSpace(folder), disk.usableSpace(folder), reserve(), promised, partial);
  }

  private long reserve() {
    return limit.on(disk.totalSpace(folder));
  }

  private static long mebibytes(long bytes) {
    return bytes >> 20;
  }
}
