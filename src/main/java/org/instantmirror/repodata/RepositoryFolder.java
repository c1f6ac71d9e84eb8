package org.instantmirror.repodata;

import java.util.Optional;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.RequestPath;

/**
 * The folder that holds {@code repodata/}: a repository of rpm's. What a {@code .repo} file calls a
 * repository may hold several, below the leading segments that stand for variables, or anywhere in
 * a whole distribution's tree.
 *
 * @param repo whose tree it lies in
 * @param path as that of an {@link EntryKey}, or empty for the top of the tree
 */
public record RepositoryFolder(RepoId repo, String path) {

  /**
   * A folder in a repository's tree.
   *
   * @throws IllegalArgumentException if {@code path} isn't as described
   */
  public RepositoryFolder {
    if (!path.isEmpty() && !RequestPath.isSafe(path)) {
      throw new IllegalArgumentException("not a folder's path: '" + path + "'");
    }
  }

  /**
   * The key of a file that the repository lists.
   *
   * @return empty if it lies elsewhere, or at a path too long to be anybody's
   */
  public Optional<EntryKey> entry(Location location) {
    return location
        .pathWithin()
        .map(below -> path.isEmpty() ? below : path + "/" + below)
        .filter(RequestPath::isSafe)
        .map(whole -> new EntryKey(repo, whole));
  }

  @Override
  public String toString() {
    return path.isEmpty() ? repo.toString() : repo + "/" + path;
  }
}
