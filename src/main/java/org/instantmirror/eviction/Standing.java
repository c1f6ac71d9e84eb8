package org.instantmirror.eviction;

/** What the generations of a repository say of a file. */
public enum Standing {
  /** The live one lists it, or one that is about to go live: upstream has it. */
  LIVE,
  /**
   * Only one lists it that was live within the last 48 h. Clients may still hold that, and upstream
   * may not have the file any more.
   */
  RECENT,
  /** Only one lists it that is kept for longer than it must be. */
  EARLIER,
  /** It is a package, its repository is known, and no generation lists it. */
  UNLISTED,
  /** A {@code repomd.xml} or what goes with it, or repodata that a kept generation may need. */
  METADATA,
  /** Repodata of a known repository that no generation names any more. */
  OLD_METADATA,
  /** Nothing: no generation is known, or it is no file that one would list. */
  UNKNOWN
}
