package org.instantmirror.upstream;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;

/** Tells how far an origin is trusted by a repository's configuration. */
final class KnownOrigins {

  /** How far. */
  enum Standing {
    /**
     * A base URL's or the list's own scheme, host and port: gets credentials and the client
     * certificate.
     */
    CONFIGURED,
    /** Host and port of a base URL or of {@code redirect_hosts}: may have a private address. */
    LISTED,
    /** Anything else that a list names or a redirect leads to: must have public addresses only. */
    FOREIGN
  }

  private final Set<Origin> configured;
  private final Set<String> listed;

  KnownOrigins(Repo repo) {
    configured =
        Stream.concat(
                repo.baseUrls().stream().map(BaseUrl::template),
                Stream.ofNullable(repo.list()).map(ListUrl::template))
            .map(Origin::ofTemplate)
            .flatMap(Optional::stream)
            .collect(Collectors.toUnmodifiableSet());
    listed = repo.transport().redirectHosts();
  }

  /** The standing of an origin that a request names itself, in no redirect. */
  Standing standing(Origin origin, UpstreamRequest request) {
    Standing standing = standing(origin);
    boolean firstHop = Origin.of(request.uri()).filter(origin::equals).isPresent();
    return standing == Standing.FOREIGN && request.inside() && firstHop
        ? Standing.LISTED
        : standing;
  }

  Standing standing(Origin origin) {
    if (configured.contains(origin)) {
      return Standing.CONFIGURED;
    }
    boolean otherScheme =
        configured.stream().anyMatch(known -> known.hostPort().equals(origin.hostPort()));
    return otherScheme || listed.contains(origin.hostPort()) ? Standing.LISTED : Standing.FOREIGN;
  }
}
