package org.instantmirror.download;

import java.time.Instant;
import java.util.List;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/** Knows under which other names the content of a file lies, or is listed. Thread-safe. */
public interface OtherNames {

  /** Each file is the only one of its kind. */
  OtherNames NONE =
      new OtherNames() {
        @Override
        public List<StoredEntry> stored(Order order, ListedFile content, Instant now) {
          return List.of();
        }

        @Override
        public boolean mayShare(Repo from, Repo to) {
          return false;
        }

        @Override
        public @Nullable Instant fileTime(EntryKey key, ListedFile content) {
          return null;
        }
      };

  /**
   * Whether that says what the bytes are, also to who doesn't trust whoever listed them. Of weaker
   * checksums somebody may have two files that share one.
   */
  static boolean tells(ListedFile content) {
    return content.checksum().type().compareTo(ChecksumType.SHA256) >= 0;
  }

  /**
   * Files that are stored under other names, and hold that content, or may: of those whose checksum
   * nobody has looked at only the size is known to be right, as far as that is. Only such as the
   * readers of the order's repository may have.
   */
  List<StoredEntry> stored(Order order, ListedFile content, Instant now);

  /** Whether who may read one repository may have what is, or was, fetched for another. */
  boolean mayShare(Repo from, Repo to);

  /** When the file was last modified, as repodata has it; null if it doesn't say. */
  @Nullable Instant fileTime(EntryKey key, ListedFile content);
}
