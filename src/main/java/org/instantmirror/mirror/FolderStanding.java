package org.instantmirror.mirror;

import java.time.Instant;
import java.util.List;
import org.instantmirror.repodata.RepositoryFolder;
import org.jspecify.annotations.Nullable;

/**
 * How the generations of a folder are doing, for people.
 *
 * @param generations the live one first, then those that are kept; empty if none is known yet
 * @param assembling whether the next one, or the first, is being assembled
 * @param complaint why the last that was tried isn't whole; null if it is
 */
public record FolderStanding(
    RepositoryFolder folder,
    List<Kept> generations,
    boolean assembling,
    @Nullable String complaint) {

  /**
   * One generation.
   *
   * @param revision as {@code repomd.xml} gives it; null if it doesn't
   * @param packages how many it lists
   * @param since when it went live
   */
  public record Kept(long number, @Nullable String revision, long packages, Instant since) {}
}
