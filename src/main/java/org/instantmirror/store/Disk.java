package org.instantmirror.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/**
 * The steps by which the store changes the disk, and what it asks of it; a test overrides them to
 * let one fail or the process die between two. Stateless.
 */
class Disk {

  /** Creates and opens a file that doesn't exist yet. */
  FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** As {@link FileChannel#write(ByteBuffer, long)}. */
  int write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    return channel.write(bytes, position);
  }

  /** Data and metadata (the modification time) are on disk when it returns. */
  void force(FileChannel channel) throws IOException {
    channel.force(true);
  }

  /** The file system clamps what it can't hold. */
  void setModified(Path file, Instant modified) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(modified));
  }

  /** Replaces {@code to} at once. */
  void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Gives a file another name.
   *
   * @throws UnsupportedOperationException if the file system has no hard links
   */
  void link(Path file, Path name) throws IOException {
    Files.createLink(name, file);
  }

  /**
   * Copies a file to a name that nothing has. On file systems that can share blocks it does so,
   * from Java 20 on ({@code copy_file_range}).
   */
  void copy(Path file, Path to) throws IOException {
    Files.copy(file, to, LinkOption.NOFOLLOW_LINKS);
  }

  /** The names in the folder are on disk when it returns. */
  void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Replaces the content; forces it to disk if {@code durable}. */
  void writeFile(Path file, byte[] content, boolean durable) throws IOException {
    // Not a channel: an interrupt would close that in mid-write.
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      out.write(content);
      if (durable) {
        out.getFD().sync();
      }
    }
  }

  /** Does nothing where there is no such file. */
  void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  /** Bytes that we may still write; 0 if it can't be told. */
  long usableSpace(Path folder) {
    // Not FileStore: finding one reads the whole mount table.
    return folder.toFile().getUsableSpace();
  }

  /** Size of the disk in bytes. */
  long totalSpace(Path folder) {
    return folder.toFile().getTotalSpace();
  }
}
