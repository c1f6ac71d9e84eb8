package org.instantmirror.usage;

import org.instantmirror.repodata.RepositoryFolder;

/**
 * A package of a repository, whatever its version.
 *
 * @param folder the repository: that of one release and architecture
 */
public record UsedPackage(RepositoryFolder folder, String name, String arch) {

  @Override
  public String toString() {
    return folder + " " + name + "." + arch;
  }
}
