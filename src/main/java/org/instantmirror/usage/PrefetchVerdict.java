package org.instantmirror.usage;

/** Why a package is fetched before a client asks, or isn't. */
public enum PrefetchVerdict {
  /** It is to be fetched. */
  FETCH("it is fetched ahead"),
  /** The file is here already. */
  CACHED("it is here already"),
  /** It was here, fetched ahead, and had to make room before anybody asked for it. */
  GONE("it was fetched ahead before, and has gone before a client asked for it"),
  /** No client is known to have it. */
  NOBODY("no client is known to want it"),
  /** Fewer clients than {@code prefetch_min_demand} are expected to ask for it. */
  TOO_FEW("fewer clients than prefetch_min_demand are expected to ask for it within a week"),
  /** The same generation brings a newer version of it. */
  OLDER("the same generation has a newer version of it"),
  /** {@code prefetch_budget} is used up, as far as this one would fit in. */
  OVER_BUDGET("it doesn't fit into what is left of prefetch_budget for today"),
  /** So many better ones come first that it isn't even noted. */
  LATER("so many others come first that it is looked at again after them"),
  /** It isn't the time for it. */
  OUTSIDE_WINDOW("prefetch_window is closed"),
  /** Nobody could verify it. */
  UNVERIFIABLE("repodata gives no checksum for it that could be verified"),
  /** {@code pass_patterns} names it. */
  NOT_STORED("such files are passed through and not stored"),
  /** {@code prefetch} says that no packages are fetched. */
  SWITCHED_OFF("prefetch fetches no packages of this repository");

  private final String sentence;

  PrefetchVerdict(String sentence) {
    this.sentence = sentence;
  }

  /** For people, without a stop at its end. */
  public String sentence() {
    return sentence;
  }
}
