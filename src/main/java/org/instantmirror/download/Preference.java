package org.instantmirror.download;

import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which upstreams of a file are asked before the others, or not at all. Among the rest their pool's
 * order holds.
 *
 * @param first the file's URL at the one to ask first; null for none
 * @param except its URLs at those not to ask
 */
public record Preference(@Nullable URI first, Set<URI> except) {

  /** None. */
  public static final Preference NONE = new Preference(null, Set.of());

  /** The URLs in a set of its own. */
  public Preference {
    except = Set.copyOf(except);
  }

  /** One before all others. */
  public static Preference first(@Nullable URI uri) {
    return uri == null ? NONE : new Preference(uri, Set.of());
  }

  /** All but some. */
  public static Preference except(Set<URI> uris) {
    return new Preference(null, uris);
  }
}
