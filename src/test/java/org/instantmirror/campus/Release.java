package org.instantmirror.campus;

/**
 * A file of the distribution: a version of a package.
 *
 * @param software the package's number
 * @param version 0 for what there is at the beginning
 * @param size in bytes
 */
record Release(int software, int version, long size) {

  /** The same package's, before it. */
  Release before() {
    return new Release(software, version - 1, size);
  }

  /** The same package's, behind it. */
  Release after() {
    return new Release(software, version + 1, size);
  }

  /** A package's name. */
  static String name(int software) {
    return "package-" + software;
  }
}
