package org.instantmirror.upstream;

import org.instantmirror.repo.BaseUrl;

/**
 * A place that files of a repository are to be had at, known by its base URL.
 *
 * @param base its files lie below it
 * @param origin who named it
 */
public record Upstream(BaseUrl base, Origin origin) {

  /** Who named an upstream: that decides what it is asked for, and what it may do. */
  public enum Origin {
    /** The configuration, as a {@code baseurl}. */
    CONFIGURED,
    /** A metalink or mirrorlist. */
    LISTED,
    /**
     * A metalink or mirrorlist whose own server has a private address: so may this one (promise
     * 10).
     */
    LISTED_INSIDE
  }

  /** One of the configuration's base URLs. */
  public static Upstream configured(BaseUrl base) {
    return new Upstream(base, Origin.CONFIGURED);
  }

  /** Whether a list named it. */
  public boolean isListed() {
    return origin != Origin.CONFIGURED;
  }

  /** As in messages. */
  @Override
  public String toString() {
    return base.template();
  }
}
