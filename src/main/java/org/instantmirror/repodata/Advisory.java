package org.instantmirror.repodata;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code updateinfo.xml} says of one update.
 *
 * @param id such as {@code FEDORA-2024-0123456789} or {@code RHSA-2024:1234}; not empty
 * @param type what it is for: a security fix, a bug fix and so on, in the document's own word;
 *     empty if none is given
 * @param severity {@code Critical}, {@code Important}, {@code Moderate}, {@code Low} or another
 *     word; null if none is given
 * @param issued when; null if unknown
 * @param packages the builds that it consists of
 */
public record Advisory(
    String id,
    String type,
    @Nullable String severity,
    @Nullable Instant issued,
    List<AdvisoryPackage> packages) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there is no id
   */
  public Advisory {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("an advisory without an id");
    }
    packages = List.copyOf(packages);
  }

  /**
   * A package of an update.
   *
   * @param name not empty
   * @param arch not empty
   * @param fileName null if none is given
   */
  public record AdvisoryPackage(String name, Evr evr, String arch, @Nullable String fileName) {

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if name or architecture is empty
     */
    public AdvisoryPackage {
      if (name.isEmpty() || arch.isEmpty()) {
        throw new IllegalArgumentException("a package without a name or an architecture");
      }
    }
  }
}
