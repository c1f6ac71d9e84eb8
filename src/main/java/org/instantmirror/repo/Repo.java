package org.instantmirror.repo;

import java.net.URI;
import java.util.List;

/**
 * One configured repository.
 *
 * @param id its section's name
 * @param name what a person calls it; the id where the file gives no {@code name=}
 * @param baseUrls in order of preference, at least one
 * @param classifier tells its packages and metadata from the rest
 * @param lifetimes how long answers are believed
 * @param transport how its upstreams are spoken to
 * @param retries rounds over the upstreams before a download fails; at least 1
 * @param maxParallelDownloads downloads at once for this repository
 */
public record Repo(
    RepoId id,
    String name,
    List<BaseUrl> baseUrls,
    Classifier classifier,
    Lifetimes lifetimes,
    Transport transport,
    int retries,
    int maxParallelDownloads) {

  /**
   * @throws IllegalArgumentException if there is no base URL or the base URLs use different
   *     variables
   */
  public Repo {
    baseUrls = List.copyOf(baseUrls);
    if (baseUrls.isEmpty()) {
      throw new IllegalArgumentException("repo '" + id + "' has no base URL");
    }
    if (baseUrls.stream().map(BaseUrl::variables).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "repo '" + id + "': its base URLs use different variables");
    }
  }

  /** The variables that the first segments of a path stand for, in their fixed order. */
  public List<String> variables() {
    return baseUrls.get(0).variables();
  }

  /**
   * The path below the base URL: what remains when the variables' segments are taken off.
   *
   * @param path relative and decoded, as in {@link EntryKey#path()}
   * @return empty if the path ends before the last variable has its value or a value is unfit
   */
  public java.util.Optional<String> pathBelowBase(String path) {
    throw new UnsupportedOperationException(path);
  }

  /**
   * What the path stands for at base URL number {@code index}, percent-encoded.
   *
   * @param path relative and decoded; may be empty or end with a slash (a folder)
   * @throws IllegalArgumentException if {@link #pathBelowBase} is empty for it
   */
  public URI upstreamUri(int index, String path) {
    throw new UnsupportedOperationException(index + path);
  }
}
