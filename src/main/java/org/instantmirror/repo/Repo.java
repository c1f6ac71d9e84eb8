package org.instantmirror.repo;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  /** The same, spoken to in another way. */
  Repo withTransport(Transport other) {
    return new Repo(
        id, name, baseUrls, classifier, lifetimes, other, retries, maxParallelDownloads);
  }

  /** The variables that the first segments of a path stand for, in their fixed order. */
  public List<String> variables() {
    return baseUrls.get(0).variables();
  }

  /**
   * The path below the base URL: what remains when the variables' segments are taken off.
   *
   * @param path relative and decoded, as in {@link EntryKey#path()}; may be empty or end with a
   *     slash (a folder)
   * @return empty if the path ends before the last variable has its value or a value is unfit
   */
  public Optional<String> pathBelowBase(String path) {
    return split(path, variables()).map(Split::below);
  }

  /**
   * What the path stands for at base URL number {@code index}, percent-encoded.
   *
   * @param path relative and decoded; may be empty or end with a slash (a folder)
   * @throws IllegalArgumentException if {@link #pathBelowBase} is empty for it, or it could leave
   *     the base URL's folder
   */
  public URI upstreamUri(int index, String path) {
    Split split =
        split(path, variables())
            .orElseThrow(() -> new IllegalArgumentException("the path lacks variables' values"));
    String below = split.below();
    if (!below.isEmpty()) {
      RequestPath.requireSafe(below.endsWith("/") ? below.substring(0, below.length() - 1) : below);
    }
    URI base = baseUrls.get(index).with(split.values());
    return below.isEmpty() ? base : URI.create(base + RequestPath.encode(below));
  }

  private static Optional<Split> split(String path, List<String> variables) {
    if (variables.isEmpty()) {
      return Optional.of(new Split(Map.of(), path));
    }
    Map<String, String> values = new HashMap<>();
    int begin = 0;
    for (String variable : variables) {
      if (begin > path.length()) {
        return Optional.empty();
      }
      int slash = path.indexOf('/', begin);
      int end = slash < 0 ? path.length() : slash;
      String value = path.substring(begin, end);
      if (!BaseUrl.isVariableValue(value)) {
        return Optional.empty();
      }
      values.put(variable, value);
      begin = end + 1;
    }
    return Optional.of(new Split(values, begin > path.length() ? "" : path.substring(begin)));
  }

  /** A path taken apart: the variables' values and what lies below the base URL. */
  private record Split(Map<String, String> values, String below) {}
}
