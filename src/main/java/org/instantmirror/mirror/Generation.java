package org.instantmirror.mirror;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.Repomd;
import org.instantmirror.repodata.RepomdPart;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.FileIdentity;

/**
 * A generation of a repository that is known by its {@code repomd.xml}, and its packages by the
 * package index.
 *
 * @param number its number there
 * @param repomd the file that says what belongs to it
 * @param parts what it says of other files under {@code repodata/}
 */
record Generation(
    RepositoryFolder folder, long number, FileIdentity repomd, Map<EntryKey, ListedFile> parts) {

  Generation {
    parts = Map.copyOf(parts);
  }

  static Generation of(RepositoryFolder folder, long number, FileIdentity file, Repomd repomd) {
    Map<EntryKey, ListedFile> parts = new HashMap<>();
    for (RepomdPart part : repomd.parts()) {
      folder
          .entry(part.location())
          .ifPresent(key -> listed(part).ifPresent(listed -> parts.put(key, listed)));
    }
    return new Generation(folder, number, file, parts);
  }

  /** What a file's record says that it must be; empty if it gives no checksum that we know. */
  static Optional<ListedFile> listed(RepomdPart part) {
    return Optional.ofNullable(part.checksum())
        .map(checksum -> new ListedFile(checksum, part.size()));
  }
}
