package org.instantmirror.store;

/** What came of an eviction, or would. */
public enum Evicted {
  /** It goes. */
  YES,
  /** There is no such file any more. */
  GONE,
  /** It is being served, or has been until a moment ago. */
  IN_USE,
  /** It has other names (hard links) or is a symbolic link: nothing would be freed. */
  LINKED,
  /** It lies on another file system than the cache. */
  FOREIGN,
  /** It has been changed meanwhile, or can't be deleted; the log says why. */
  FAILED
}
