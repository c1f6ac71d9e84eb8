package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.Optional;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks whether a stored file is the one that repodata lists. */
final class StoredFile {

  private static final Logger LOG = LoggerFactory.getLogger(StoredFile.class);
  private static final int BUFFER = 64 * 1024;

  private StoredFile() {}

  /**
   * Hashes the file, and records its checksum if it is the listed one. Reads all of it.
   *
   * @return the entry with its checksum; empty if it is another file, or can't be read
   */
  static Optional<StoredEntry> verify(Store store, StoredEntry entry, ListedFile listed) {
    Checksum checksum = listed.checksum();
    try {
      Optional<FileChannel> file = store.openFile(entry);
      if (file.isEmpty() || !checksum.matches(hash(file.get(), checksum))) {
        return Optional.empty();
      }
    } catch (IOException fault) {
      LOG.warn("can't read {} to verify it: {}", entry.key(), fault.toString());
      return Optional.empty();
    }
    StoredEntry verified = store.verified(entry, checksum);
    // Unless somebody changed it meanwhile.
    return Optional.of(verified).filter(now -> checksum.equals(now.checksum()));
  }

  private static MessageDigest hash(FileChannel file, Checksum checksum) throws IOException {
    try (file) {
      MessageDigest digest = checksum.type().newDigest();
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      while (file.read(buffer.clear()) >= 0) {
        digest.update(buffer.flip());
      }
      return digest;
    }
  }
}
