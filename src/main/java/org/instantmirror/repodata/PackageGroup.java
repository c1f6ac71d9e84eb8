package org.instantmirror.repodata;

import java.util.List;

/**
 * A group of packages, or an environment made of groups.
 *
 * @param id as in {@code @core}; not empty
 * @param packages names of those that are installed with it by default
 * @param groups ids of the groups that are; empty for a mere group
 */
public record PackageGroup(String id, List<String> packages, List<String> groups) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no id
   */
  public PackageGroup {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("a group without an id");
    }
    packages = List.copyOf(packages);
    groups = List.copyOf(groups);
  }
}
