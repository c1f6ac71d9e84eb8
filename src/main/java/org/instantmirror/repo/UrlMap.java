package org.instantmirror.repo;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an absolute URL stands for in a set of repositories: the same file, asked for at different
 * upstreams of a repository, has one path here. Immutable.
 */
public final class UrlMap {

  private final Map<String, List<Place>> byHost = new HashMap<>();
  private final Map<Repo, UrlPattern> lists = new LinkedHashMap<>();

  /**
   * A mirror that a list names.
   *
   * @param repo whose list
   * @param values of the variables that the list's own URL uses
   * @param base the mirror
   */
  public record Listed(Repo repo, Map<String, String> values, BaseUrl base) {}

  /** A tree that is known to be a repository's. */
  private record Place(Repo repo, Map<String, String> values, UrlPattern folder) {}

  /**
   * Of the repositories' base URLs, and of mirrors; where two are equally near, the first has it,
   * and a base URL before a mirror.
   */
  public UrlMap(Collection<Repo> repos, List<Listed> mirrors) {
    for (Repo repo : repos) {
      repo.baseUrls().forEach(base -> add(repo, Map.of(), base));
      ListUrl list = repo.list();
      if (list != null) {
        lists.put(repo, new UrlPattern(list.template()));
      }
    }
    mirrors.forEach(each -> add(each.repo(), each.values(), each.base()));
  }

  private void add(Repo repo, Map<String, String> values, BaseUrl base) {
    if (!base.isAnyHost()) {
      byHost
          .computeIfAbsent(base.hostAndPort(), any -> new ArrayList<>())
          .add(new Place(repo, values, new UrlPattern(decodedPath(base))));
    }
  }

  private static String decodedPath(BaseUrl base) {
    String template = base.template();
    String path = template.substring(template.indexOf('/', template.indexOf("//") + 2));
    return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /**
   * The path below {@code /mirror/} that an http URL stands for: of the longest base URL that it
   * begins with. What is to be had over https, at the port that goes without saying, is meant over
   * http too: lists name both.
   *
   * @param hostAndPort lower case, the port always given
   * @param path decoded by {@link RequestPath#decode}
   * @return the repository's id and the path in it; empty if no repository has the URL
   */
  public Optional<String> path(String hostAndPort, String path) {
    return path(hostAndPort, path, repo -> true);
  }

  /** The same among some of the repositories. */
  public Optional<String> path(String hostAndPort, String path, Predicate<Repo> which) {
    List<Place> places = new ArrayList<>(byHost.getOrDefault(hostAndPort, List.of()));
    if (hostAndPort.endsWith(":80")) {
      String secure = hostAndPort.substring(0, hostAndPort.length() - 2) + "443";
      places.addAll(byHost.getOrDefault(secure, List.of()));
    }
    String nearest = null;
    int longest = 0;
    places.removeIf(place -> !which.test(place.repo()));
    for (Place place : places) {
      UrlPattern.Found found = place.folder().beginningOf(path).orElse(null);
      if (found != null && found.end() > longest) {
        String own = own(place, found, path.substring(found.end()));
        if (own != null) {
          nearest = own;
          longest = found.end();
        }
      }
    }
    return Optional.ofNullable(nearest);
  }

  /**
   * The repositories whose list of mirrors has that URL, and in each the folder whose mirrors these
   * are.
   */
  public Map<Repo, String> foldersOfList(String url) {
    Map<Repo, String> folders = new LinkedHashMap<>();
    lists.forEach(
        (repo, pattern) ->
            pattern
                .valuesIn(url)
                .filter(values -> values.keySet().containsAll(repo.variables()))
                .ifPresent(values -> folders.put(repo, folder(repo, values))));
    return folders;
  }

  /** The repositories that have one list, whatever is asked of them. */
  public List<Repo> withOneList() {
    return lists.keySet().stream().filter(repo -> repo.variables().isEmpty()).toList();
  }

  private static String folder(Repo repo, Map<String, String> values) {
    StringBuilder folder = new StringBuilder();
    repo.variables().forEach(name -> folder.append(values.get(name)).append('/'));
    return folder.toString();
  }

  private static @Nullable String own(Place place, UrlPattern.Found found, String below) {
    Map<String, String> values = new HashMap<>(place.values());
    for (Map.Entry<String, String> value : found.values().entrySet()) {
      String given = values.putIfAbsent(value.getKey(), value.getValue());
      if (given != null && !given.equals(value.getValue())) {
        return null;
      }
    }
    Repo repo = place.repo();
    List<String> first = repo.variables();
    if (!values.keySet().containsAll(first)) {
      return null;
    }
    StringBuilder path = new StringBuilder(repo.id() + "/" + folder(repo, values));
    // A variable that only the mirror's URL uses takes the next segments, as Repo.upstreamUri says.
    BaseUrl.PATH_VARIABLES.stream()
        .filter(name -> found.values().containsKey(name) && !first.contains(name))
        .forEach(name -> path.append(found.values().get(name)).append('/'));
    return path.append(below).toString();
  }
}
