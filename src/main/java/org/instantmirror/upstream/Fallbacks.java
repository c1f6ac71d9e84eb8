package org.instantmirror.upstream;

import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;

/**
 * Where clients may turn to while this mirror is away: upstreams as they are, but none that the
 * mirror itself may enter only with credentials or a certificate of its own. Pure.
 */
public final class Fallbacks {

  /** More would only make lists longer; the best ones come first. */
  static final int MOST = 30;

  private Fallbacks() {}

  /**
   * The folders at upstreams that a folder of a repository stands for.
   *
   * @param standings of that folder, best first
   * @param folder its path, variables' values included; empty or ending with a slash
   * @return {@link #MOST} at most, each ending with a slash; none that lags behind its metalink
   */
  public static List<URI> folders(Repo repo, List<Standing> standings, String folder) {
    Set<Origin> closed = closed(repo);
    Set<URI> folders = new LinkedHashSet<>();
    for (Standing standing : standings) {
      if (standing.currency() != Currency.LAGGING) {
        repo.upstreamUri(standing.upstream().base(), folder)
            .filter(uri -> Origin.of(uri).filter(origin -> !closed.contains(origin)).isPresent())
            .ifPresent(folders::add);
      }
    }
    return folders.stream().limit(MOST).toList();
  }

  /** The configured base URLs that clients may use, variables still in them. */
  public static List<String> baseUrls(Repo repo) {
    return closed(repo).isEmpty()
        ? repo.baseUrls().stream().map(BaseUrl::template).toList()
        : List.of();
  }

  /** Where the mirror shows who it is, and clients would be refused. */
  private static Set<Origin> closed(Repo repo) {
    boolean open = repo.transport().username() == null && repo.transport().sslClientCert() == null;
    return open
        ? Set.of()
        : Stream.concat(
                repo.baseUrls().stream().map(BaseUrl::template),
                Stream.ofNullable(repo.list()).map(ListUrl::template))
            .map(Origin::ofTemplate)
            .flatMap(Optional::stream)
            .collect(Collectors.toUnmodifiableSet());
  }
}
