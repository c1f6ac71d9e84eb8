package org.instantmirror.eviction;

import java.time.Instant;
import java.util.List;
import org.instantmirror.store.StoredFiles;
import org.jspecify.annotations.Nullable;

/**
 * How the cache is doing.
 *
 * @param totals what each repository holds
 * @param needs what must go now
 * @param last the last run; null if there has been none
 * @param reviewedAt when all files were last looked at; null if they haven't been
 */
public record EvictionStatus(
    Levels levels,
    List<StoredFiles.Total> totals,
    List<Levels.Need> needs,
    @Nullable LastRun last,
    @Nullable Instant reviewedAt) {

  /** Copies the lists. */
  public EvictionStatus {
    totals = List.copyOf(totals);
    needs = List.copyOf(needs);
  }

  /**
   * A run that has ended.
   *
   * @param why for what limit, or who asked
   * @param bytes that went
   * @param files how many
   * @param millis how long it took
   * @param enough whether as much went as had to
   */
  public record LastRun(
      Instant at, String why, long bytes, long files, long millis, boolean enough) {}

  /**
   * What would go.
   *
   * @param choices in their order, those that stay although their turn came among them
   * @param bytes that would go
   * @param enough whether that is as much as must
   * @param truncated whether there are more than are shown
   */
  public record Plan(List<Choice> choices, long bytes, boolean enough, boolean truncated) {

    /** Copies the list. */
    public Plan {
      choices = List.copyOf(choices);
    }
  }
}
