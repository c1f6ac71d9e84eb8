package org.instantmirror.store;

import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;

/**
 * Binds a head to one file: a file that was truncated, rewritten or replaced has another identity.
 *
 * @param size in bytes
 * @param modified the modification time, as exact as the file system has it
 * @param inode the inode's number. The device's is left out: Btrfs, NFS, overlays and device mapper
 *     may give another one at each mount, and all files would seem altered after a reboot
 */
public record FileIdentity(long size, Instant modified, String inode) {

  static FileIdentity of(BasicFileAttributes attributes) {
    return new FileIdentity(
        attributes.size(), attributes.lastModifiedTime().toInstant(), inode(attributes));
  }

  /** From {@code (dev=fd00,ino=123)}, as Unix file keys print themselves; else the whole key. */
  private static String inode(BasicFileAttributes attributes) {
    String fileKey = String.valueOf(attributes.fileKey());
    int number = fileKey.indexOf("ino=");
    return number < 0 ? fileKey : fileKey.substring(number + 4, fileKey.length() - 1);
  }
}
