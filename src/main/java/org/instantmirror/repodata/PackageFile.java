package org.instantmirror.repodata;

import java.util.Optional;

/**
 * What the name of a package's file says: {@code name-version-release.arch.rpm}. There is no epoch
 * in it.
 *
 * @param folder what its path has before the file's name: empty, or with a slash at its end
 * @param version not empty
 * @param release not empty
 */
public record PackageFile(String folder, String name, String version, String release, String arch) {

  private static final String RPM = ".rpm";

  /** Of a path; empty if it isn't named that way. */
  public static Optional<PackageFile> of(String path) {
    int begin = path.lastIndexOf('/') + 1;
    if (!path.endsWith(RPM)) {
      return Optional.empty();
    }
    String stem = path.substring(begin, path.length() - RPM.length());
    int dot = stem.lastIndexOf('.');
    int release = dot < 0 ? -1 : stem.lastIndexOf('-', dot);
    int version = release < 0 ? -1 : stem.lastIndexOf('-', release - 1);
    boolean whole = version > 0 && version + 1 < release && release + 1 < dot;
    if (!whole || dot + 1 == stem.length()) {
      return Optional.empty();
    }
    return Optional.of(
        new PackageFile(
            path.substring(0, begin),
            stem.substring(0, version),
            stem.substring(version + 1, release),
            stem.substring(release + 1, dot),
            stem.substring(dot + 1)));
  }

  /** Whether it is the same package for the same architecture, in the same folder. */
  public boolean isVersionOf(PackageFile other) {
    return name.equals(other.name) && arch.equals(other.arch) && folder.equals(other.folder);
  }

  /** By the versions, as rpm compares them. */
  public int compareVersion(PackageFile other) {
    int order = RpmVersion.compare(version, other.version);
    return order != 0 ? order : RpmVersion.compare(release, other.release);
  }
}
