package org.instantmirror.mirror;

import java.util.Optional;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.RepositoryFolder;

/** Which repository's metadata a path belongs to, by its look. */
final class Folders {

  private static final String REPODATA = "repodata/";
  private static final String REPOMD = "repomd.xml";

  private Folders() {}

  /** The repository that a file directly under {@code repodata/} belongs to; empty for others. */
  static Optional<RepositoryFolder> ofRepodata(EntryKey key) {
    String path = key.path();
    int name = path.lastIndexOf('/') + 1;
    if (!path.startsWith(REPODATA, name - REPODATA.length())) {
      return Optional.empty();
    }
    int end = name - REPODATA.length();
    if (end == 0) {
      return Optional.of(new RepositoryFolder(key.repo(), ""));
    }
    return path.charAt(end - 1) == '/'
        ? Optional.of(new RepositoryFolder(key.repo(), path.substring(0, end - 1)))
        : Optional.empty();
  }

  /** Whether it is the file that names the others. */
  static boolean isRepomd(EntryKey key) {
    return key.fileName().equals(REPOMD);
  }

  /** The repository's {@code repomd.xml}. */
  static EntryKey repomd(RepositoryFolder folder) {
    String above = folder.path().isEmpty() ? "" : folder.path() + "/";
    return new EntryKey(folder.repo(), above + REPODATA + REPOMD);
  }
}
