package org.instantmirror.repo;

/** What a path of a repository names, as far as its treatment differs. */
public enum FileClass {
  /** An {@code .rpm} or {@code .drpm}: does not change under its name in practice. */
  PACKAGE,
  /** Repository metadata, keys, installer images: may change under its name. */
  METADATA,
  /** None of our business: passed through. */
  OTHER
}
