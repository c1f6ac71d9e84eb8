package org.instantmirror.mirror;

import java.util.List;
import java.util.function.Predicate;
import org.instantmirror.download.Coordinator;
import org.instantmirror.download.DownloadStanding;
import org.instantmirror.download.QueueLengths;
import org.instantmirror.download.QueueStanding;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;

/** What is being downloaded, and what waits to be. Thread-safe. */
public final class Downloads {

  private final Coordinator coordinator;

  public Downloads(Mirror mirror) {
    this.coordinator = mirror.parts().coordinator();
  }

  /**
   * The downloads that have begun, the oldest first.
   *
   * @param shown others are left out
   */
  public List<DownloadStanding> running(Predicate<Repo> shown) {
    return coordinator.downloads().stream().filter(each -> shown.test(each.repo())).toList();
  }

  /**
   * Those that wait for a place, in the order in which they would get one.
   *
   * @param shown others are left out, and not counted
   */
  public List<QueueStanding> waiting(Predicate<Repo> shown, int skip, int most) {
    return coordinator.queue(shown, skip, most);
  }

  /** How many wait for a place. */
  public QueueLengths lengths() {
    return coordinator.queueLengths();
  }

  /** Takes back what waits to be fetched ahead; false if there is no such thing. */
  public boolean withdraw(EntryKey key) {
    return coordinator.withdraw(key);
  }
}
