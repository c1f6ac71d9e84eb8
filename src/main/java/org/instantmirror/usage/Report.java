package org.instantmirror.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of itself: the packages that it has of this mirror's repositories, and what
 * has changed. A value.
 *
 * @param client random, 22 characters; the same host has another one each month
 * @param window begin of the time that it is about
 * @param period how long that is
 * @param installed null if nothing has changed since its last report
 * @param changes within the window
 */
public record Report(
    String client,
    Instant window,
    Duration period,
    @Nullable List<UsedPackage> installed,
    List<Change> changes) {

  /** What became of a package. */
  public enum Action {
    INSTALL,
    UPGRADE,
    DOWNGRADE,
    REINSTALL,
    ERASE,
    OBSOLETED
  }

  /** A package that changed. */
  public record Change(Action action, UsedPackage what) {}

  /** Copies the lists. */
  public Report {
    installed = installed == null ? null : List.copyOf(installed);
    changes = List.copyOf(changes);
  }

  /** How many packages it names. */
  int size() {
    return (installed == null ? 0 : installed.size()) + changes.size();
  }
}
