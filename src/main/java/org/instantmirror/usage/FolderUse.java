package org.instantmirror.usage;

import java.time.Duration;
import java.time.Instant;
import org.instantmirror.repodata.RepositoryFolder;

/**
 * Who uses a repository: how many clients report that they have packages of it, and how many
 * addresses ask for some. Changed by the thread that learns, read by any.
 */
final class FolderUse {

  final int id;
  final RepositoryFolder folder;

  private DistinctCount addresses = new DistinctCount(); // the learning thread's
  private volatile int reporting;
  private volatile Asked asked;

  /** Whether the file has a row for it, and whether that is as it is. The learning thread's. */
  boolean known;

  boolean stored;

  /**
   * @param carried how many addresses, decayed
   * @param at of that moment
   * @param lately how many since hashes could be compared
   */
  private record Asked(double carried, Instant at, double lately) {
    double now(Instant now) {
      double weeks = Math.max(0, Duration.between(at, now).toMillis());
      return Math.max(lately, carried * Math.pow(2, -weeks / Popularity.FORGETTING.toMillis()));
    }
  }

  FolderUse(int id, RepositoryFolder folder, double carried, Instant at) {
    this.id = id;
    this.folder = folder;
    this.asked = new Asked(carried, at, 0);
  }

  /** One client more or less reports. */
  void reporting(int more) {
    int now = reporting + more; // one thread writes
    reporting = now;
  }

  void asks(int address) {
    if (addresses.add(address)) {
      asked = new Asked(asked.carried, asked.at, addresses.estimate());
      stored = false;
    }
  }

  /** Addresses have other hashes from now on. */
  void countAnew(Instant now) {
    asked = new Asked(asked.now(now), now, 0);
    addresses = new DistinctCount();
    stored = false;
  }

  /** How many clients report. */
  int reporting() {
    return reporting;
  }

  /** How many addresses ask for packages. */
  double asking(Instant now) {
    return asked.now(now);
  }

  /** How many of its clients report, from 0 to 1, if each has an address of its own. */
  double share(Instant now) {
    int clients = reporting;
    return clients == 0 ? 0 : clients / Math.max(clients, asked.now(now));
  }
}
