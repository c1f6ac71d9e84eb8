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

  /** The package's name. */
  String name() {
    return "package-" + software;
  }
}
