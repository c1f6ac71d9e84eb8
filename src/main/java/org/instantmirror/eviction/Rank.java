package org.instantmirror.eviction;

/** Which group of those that may go a file is in. Stored by its code. */
public enum Rank {
  /** Nobody should want it any more. */
  FIRST(0),
  /** By what it is worth. */
  BY_WORTH(1),
  /** It stays. */
  NEVER(2);

  private final int code;

  Rank(int code) {
    this.code = code;
  }

  /** As {@link org.instantmirror.store.FileRecord#rank} has it. */
  public int code() {
    return code;
  }
}
