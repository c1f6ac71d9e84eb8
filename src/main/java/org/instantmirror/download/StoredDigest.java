package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.Optional;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checksum of a file that is stored. */
final class StoredDigest {

  private static final Logger LOG = LoggerFactory.getLogger(StoredDigest.class);
  private static final int BUFFER = 64 * 1024;

  private StoredDigest() {}

  /**
   * Reads the file whole, and records its checksum if it is the listed one.
   *
   * @return the entry with its checksum; empty if it is another file, or can't be read
   */
  static Optional<StoredEntry> verify(Store store, StoredEntry entry, ListedFile listed) {
    return of(store, entry, listed.checksum().type())
        .filter(listed.checksum()::equals)
        .map(checksum -> store.verified(entry, checksum))
        // Unless somebody changed it meanwhile.
        .filter(verified -> listed.checksum().equals(verified.checksum()));
  }

  /** Reads it whole; empty if it can't be read, or is another by now. */
  static Optional<Checksum> of(Store store, StoredEntry entry, ChecksumType type) {
    MessageDigest digest = type.newDigest();
    try (FileChannel file = store.openFile(entry).orElse(null)) {
      if (file == null) {
        return Optional.empty();
      }
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      while (file.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
      return Optional.of(Checksum.of(type, digest.digest()));
    } catch (IOException e) {
      LOG.debug("reading {}", entry.key(), e);
      return Optional.empty();
    }
  }
}
