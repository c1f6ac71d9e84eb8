package org.instantmirror.mirror;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.ListedPackage;
import org.instantmirror.store.PackageIndex;
import org.instantmirror.usage.Releases;
import org.instantmirror.usage.Releases.Version;
import org.jspecify.annotations.Nullable;

/** Which versions a generation lists that the one before didn't. Thread-safe. */
final class NewVersions {

  private final PackageIndex index;
  private final Releases releases;

  NewVersions(PackageIndex index, Releases releases) {
    this.index = index;
    this.releases = releases;
  }

  /**
   * Says it to who learns. Files that were only signed or packed anew are of a version that was
   * there.
   *
   * @param live as long as the index still has it; null for the first generation, of which nobody
   *     knows what is new
   */
  void tell(@Nullable Generation live, Generation next, Instant now) {
    if (live == null) {
      return;
    }
    RepositoryFolder folder = next.folder();
    Set<Version> added = new HashSet<>();
    index.forEachNew(
        folder, next.number(), live.number(), each -> added.add(version(each.listed())));
    if (added.isEmpty()) {
      return;
    }
    index.forEachNew(
        folder, live.number(), next.number(), each -> added.remove(version(each.listed())));
    releases.released(folder, java.util.List.copyOf(added), now);
  }

  private static Version version(ListedPackage each) {
    return new Version(each.name(), each.arch(), each.evr());
  }
}
