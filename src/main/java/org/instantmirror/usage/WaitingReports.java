package org.instantmirror.usage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reports that were taken and aren't written yet, a bounded number. Any thread may add one; one
 * thread writes them, some at once.
 */
final class WaitingReports {

  /** Of all reports that wait; each is some 100 bytes. */
  private static final int MOST_PACKAGES = 200_000;

  private static final int MOST = 1_000;
  private static final int AT_ONCE = 100;

  /** So often it is tried to write the same ones. */
  private static final int MOST_TRIES = 60;

  private final BlockingQueue<Report> queue = new ArrayBlockingQueue<>(MOST);
  private final AtomicInteger packages = new AtomicInteger();

  /** Those that are being written, or couldn't be, and how often not. The writing thread's. */
  private final List<Report> batch = new ArrayList<>();

  private int tries;

  /** Adds one, if there is room. */
  boolean offer(Report report) {
    if (packages.addAndGet(size(report)) <= MOST_PACKAGES && queue.offer(report)) {
      return true;
    }
    packages.addAndGet(-size(report));
    return false;
  }

  private static int size(Report report) {
    return report.size() + 1;
  }

  /** Those that are to be written now: the same until they are, or are given up. */
  List<Report> batch() {
    if (batch.isEmpty()) {
      queue.drainTo(batch, AT_ONCE);
      tries = 0;
    }
    return List.copyOf(batch);
  }

  /** They have been written, or never will be. */
  void done() {
    batch.forEach(report -> packages.addAndGet(-size(report)));
    batch.clear();
  }

  /**
   * They couldn't be written, this time.
   *
   * @return how many are given up therefore
   */
  int failed() {
    int count = batch.size();
    if (++tries < MOST_TRIES) {
      return 0;
    }
    done();
    return count;
  }

  /** How many haven't had their turn. */
  int size() {
    return queue.size();
  }
}
