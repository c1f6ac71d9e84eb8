package org.instantmirror.repodata;

import java.util.List;

/**
 * A package with what it gives to others and needs of them, by name only: versions are left out.
 *
 * @param provides its own name mostly among them
 * @param requires without those that rpm itself provides
 * @param files that primary names: those in folders of programs and of configuration
 */
public record PackageNeeds(
    PackageEntry entry, List<String> provides, List<String> requires, List<String> files) {

  /** Copies the lists. */
  public PackageNeeds {
    provides = List.copyOf(provides);
    requires = List.copyOf(requires);
    files = List.copyOf(files);
  }
}
