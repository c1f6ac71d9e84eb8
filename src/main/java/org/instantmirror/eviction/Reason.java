package org.instantmirror.eviction;

/** Why a file goes, or stays. */
public enum Reason {
  NOT_CONFIGURED("its repository isn't configured any more"),
  UNLISTED("no generation lists it any more"),
  OLD_METADATA("metadata that no generation names any more"),
  EXPIRED("nobody has asked for it within unlisted_expire"),
  WORTH("by what it is worth"),
  KEPT_VERSION("no generation lists it, but it is one of keep_versions: by what it is worth"),
  KEPT_VANISHED("no generation lists it, but keep_vanished keeps it: by what it is worth"),
  NEW("no generation lists it, but it came or was asked for within 48 h: by what it is worth"),
  BY_HAND("no generation lists it, but it may have been put there by hand: by what it is worth"),
  PINNED("it is pinned"),
  METADATA("metadata of a generation that is served"),
  RECENT("a generation that was live within 48 h lists it, and upstream may not have it any more"),
  IN_USE("it is being served or downloaded, or was until a moment ago"),
  LINKED("it has other names, so that nothing would be freed"),
  FOREIGN("it lies on another file system"),
  FAILED("it has changed meanwhile or can't be deleted; the log says why");

  private final String sentence;

  Reason(String sentence) {
    this.sentence = sentence;
  }

  /** For people, without a full stop. */
  public String sentence() {
    return sentence;
  }
}
