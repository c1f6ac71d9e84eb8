package org.instantmirror.repo;

import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One configured repository.
 *
 * @param id its section's name
 * @param name what a person calls it; the id where the file gives no {@code name=}
 * @param baseUrls in order of preference; at least one where there is no list
 * @param list where a list of further upstreams is to be had, or null
 * @param classifier tells its packages and metadata from the rest
 * @param lifetimes how long answers are believed
 * @param transport how its upstreams are spoken to
 * @param retries rounds over the upstreams before a download fails; at least 1
 * @param maxParallelDownloads downloads at once for this repository
 * @param segmentation which of its files are fetched from several upstreams at once
 * @param bandwidth for all that comes from the same upstream host
 * @param signatures whether its metadata must be signed, and by whom
 * @param access who may read it
 * @param client what its section says to clients
 * @param prefetch what of it is fetched before a client asks
 * @param retention what of it is kept when room is needed
 */
public record Repo(
    RepoId id,
    String name,
    List<BaseUrl> baseUrls,
    @Nullable ListUrl list,
    Classifier classifier,
    Lifetimes lifetimes,
    Transport transport,
    int retries,
    int maxParallelDownloads,
    Segmentation segmentation,
    Bandwidth bandwidth,
    SignaturePolicy signatures,
    Access access,
    ClientOptions client,
    PrefetchPolicy prefetch,
    Retention retention) {

  /**
   * @throws IllegalArgumentException if there is neither base URL nor list, the base URLs use
   *     different variables, or the list uses one that they don't
   */
  public Repo {
    baseUrls = List.copyOf(baseUrls);
    if (baseUrls.isEmpty() && list == null) {
      throw new IllegalArgumentException("repo '" + id + "' has no base URL and no list");
    }
    if (baseUrls.stream().map(BaseUrl::variables).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "repo '" + id + "': its base URLs use different variables");
    }
    if (list != null
        && !baseUrls.isEmpty()
        && !baseUrls.get(0).variables().containsAll(list.variables())) {
      throw new IllegalArgumentException(
          "repo '" + id + "': its list uses a variable that its base URLs don't");
    }
  }

  /** One without a list, whose metadata need not be signed, for everybody. */
  public Repo(
      RepoId id,
      String name,
      List<BaseUrl> baseUrls,
      Classifier classifier,
      Lifetimes lifetimes,
      Transport transport,
      int retries,
      int maxParallelDownloads) {
    this(
        id,
        name,
        baseUrls,
        null,
        classifier,
        lifetimes,
        transport,
        retries,
        maxParallelDownloads,
        Segmentation.USUAL,
        Bandwidth.UNLIMITED,
        SignaturePolicy.NONE,
        Access.ALL,
        ClientOptions.NONE,
        PrefetchPolicy.METADATA,
        Retention.USUAL);
  }

  /**
   * Whether what is known of the upstreams of one holds for the other: they are equal but for where
   * redirects may lead, which changes for all when a repository with a new host is added.
   */
  public boolean isLike(Repo other) {
    return equals(other)
        || withTransport(transport.connecting())
            .equals(other.withTransport(other.transport.connecting()));
  }

  /** The same, spoken to in another way. */
  Repo withTransport(Transport other) {
    return new Repo(
        id,
        name,
        baseUrls,
        list,
        classifier,
        lifetimes,
        other,
        retries,
        maxParallelDownloads,
        segmentation,
        bandwidth,
        signatures,
        access,
        client,
        prefetch,
        retention);
  }

  /**
   * The host that it mostly comes from, as far as its configuration says: that of its first base
   * URL, or of its list.
   */
  public String host() {
    String url = baseUrls.isEmpty() && list != null ? list.template() : baseUrls.get(0).template();
    int begin = url.indexOf("://") + 3;
    int end = begin;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    return url.substring(begin, end).replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
  }

  /** The variables that the first segments of a path stand for, in their fixed order. */
  public List<String> variables() {
    return variables(baseUrls, list);
  }

  static List<String> variables(List<BaseUrl> baseUrls, @Nullable ListUrl list) {
    if (!baseUrls.isEmpty()) {
      return baseUrls.get(0).variables();
    }
    return list == null ? List.of() : list.variables();
  }

  /**
   * The leading segments of a path that stand for variables' values.
   *
   * @param values by name; those that aren't {@link #variables} don't matter
   * @return empty without variables, else with a slash at its end
   * @throws IllegalArgumentException if one is missing or can't be that variable's; the message
   *     names it and doesn't repeat the value
   */
  public String pathWith(Map<String, String> values) {
    StringBuilder path = new StringBuilder();
    for (String variable : variables()) {
      String value = values.get(variable);
      if (value == null) {
        throw new IllegalArgumentException("the value of " + variable + " is missing");
      }
      if (!VariableValue.isFit(variable, value)) {
        throw new IllegalArgumentException("that is no value of " + variable);
      }
      path.append(value).append('/');
    }
    return path.toString();
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

  /** Whether its hosts are strangers, whose word is taken on what may be kept for others. */
  public boolean isOfStrangers() {
    return id.equals(RepoId.PROXY);
  }

  /**
   * Where the list of mirrors for a path is to be had: other releases have other mirrors.
   *
   * @param path as above
   * @return empty if there is no list, or {@link #pathBelowBase} is empty for the path
   */
  public Optional<URI> listUri(String path) {
    ListUrl source = list;
    return source == null
        ? Optional.empty()
        : split(path, variables()).map(split -> source.with(split.values()));
  }

  /**
   * Where the keys are that may sign the metadata of a folder.
   *
   * @param path as above
   * @return in the configured order; empty if {@link #pathBelowBase} is empty for the path
   */
  public List<URI> keyUris(String path) {
    return split(path, variables())
        .map(split -> signatures.keys().stream().map(key -> key.with(split.values())).toList())
        .orElse(List.of());
  }

  /**
   * What the path stands for below a base URL, percent-encoded.
   *
   * @param base one of this repository's, or of its list; a variable of its own that no URL of the
   *     configuration uses (some mirror lists' URLs hold {@code $basearch} where the list's own
   *     doesn't) takes the next segments of the path
   * @param path relative and decoded; may be empty or end with a slash (a folder)
   * @return empty if a variable of the base URL has no value in the path
   * @throws IllegalArgumentException if {@link #pathBelowBase} is empty for it, or it could leave
   *     the base URL's folder
   */
  public Optional<URI> upstreamUri(BaseUrl base, String path) {
    Split split =
        split(path, variables())
            .orElseThrow(() -> new IllegalArgumentException("the path lacks variables' values"));
    Set<String> own = new HashSet<>(base.variables());
    own.removeAll(split.values().keySet());
    if (own.isEmpty()) {
      return Optional.of(uri(base, split));
    }
    return split(split.below(), BaseUrl.PATH_VARIABLES.stream().filter(own::contains).toList())
        .map(
            rest -> {
              Map<String, String> all = new HashMap<>(split.values());
              all.putAll(rest.values());
              return uri(base, new Split(all, rest.below()));
            });
  }

  private static URI uri(BaseUrl base, Split split) {
    String below = split.below();
    if (!below.isEmpty()) {
      RequestPath.requireSafe(below.endsWith("/") ? below.substring(0, below.length() - 1) : below);
    }
    URI folder = base.with(split.values());
    return below.isEmpty() ? folder : URI.create(folder + RequestPath.encode(below));
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
      if (!VariableValue.isFit(variable, value)) {
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
