package org.instantmirror.upstream;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.Repo;

/** Tells how far an origin is trusted by a repository's configuration. */
final class KnownOrigins {

  /** How far. */
  enum Standing {
    /** A base URL's own scheme, host and port: gets credentials and the client certificate. */
    CONFIGURED,
    /** Host and port of a base URL or of {@code redirect_hosts}: may have a private address. */
    LISTED,
    /** Anything else that a redirect leads to: must have public addresses only. */
    FOREIGN
  }

  private final Set<Origin> configured;
  private final Set<String> listed;

  KnownOrigins(Repo repo) {
    configured =
        repo.baseUrls().stream()
            .map(BaseUrl::template)
            .map(Origin::ofTemplate)
            .flatMap(Optional::stream)
            .collect(Collectors.toUnmodifiableSet());
    listed = repo.transport().redirectHosts();
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
