package org.instantmirror.repo;

/**
 * Names one file of one repository; the only key of caches, downloads and the index. Its path is
 * decoded, normalised and traversal-safe, so that each spelling of a name in a URL is one key and
 * {@code cachedir/repo/path} always lies inside {@code cachedir/repo}.
 *
 * @param repo the repository
 * @param path relative, with {@code /} between non-empty segments, none of them {@code .} or {@code
 *     ..}; includes the leading segments that stand for variables
 */
public record EntryKey(RepoId repo, String path) {

  /**
   * @throws IllegalArgumentException if {@code path} isn't as described
   */
  public EntryKey {
    RequestPath.requireSafe(path);
  }

  /** The last segment of the path. */
  public String fileName() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The key of a file in the same folder. */
  public EntryKey sibling(String fileName) {
    return new EntryKey(repo, path.substring(0, path.lastIndexOf('/') + 1) + fileName);
  }

  /** The key of the same path elsewhere. */
  public EntryKey in(RepoId other) {
    return new EntryKey(other, path);
  }

  @Override
  public String toString() {
    return repo + "/" + path;
  }
}
