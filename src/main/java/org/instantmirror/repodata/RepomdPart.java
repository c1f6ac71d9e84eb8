package org.instantmirror.repodata;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What {@code repomd.xml} says of one file of repodata. A checksum is null where there is none of a
 * type that we know; a size is in bytes, or -1.
 *
 * @param type {@code primary}, {@code filelists_zck}, {@code updateinfo} and so on; not empty
 * @param location where it lies, seen from the repository's folder
 * @param checksum of the file as it is
 * @param size of the file as it is
 * @param openChecksum of the file when decompressed
 * @param openSize of the file when decompressed
 * @param headerChecksum of the header of a zchunk file, its lead included
 * @param headerSize of that header
 * @param timestamp when it was made; null if unknown
 */
public record RepomdPart(
    String type,
    Location location,
    @Nullable Checksum checksum,
    long size,
    @Nullable Checksum openChecksum,
    long openSize,
    @Nullable Checksum headerChecksum,
    long headerSize,
    @Nullable Instant timestamp) {

  /**
   * Checks.
   *
   * @throws IllegalArgumentException if the type is empty or a size less than -1
   */
  public RepomdPart {
    if (type.isEmpty()) {
      throw new IllegalArgumentException("a part without a type");
    }
    if (size < Numbers.UNKNOWN || openSize < Numbers.UNKNOWN || headerSize < Numbers.UNKNOWN) {
      throw new IllegalArgumentException("a negative size of '" + type + "'");
    }
  }
}
