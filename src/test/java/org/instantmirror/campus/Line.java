package org.instantmirror.campus;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The line to upstream. What clients wait for shares it equally; what is fetched ahead has it when
 * no client waits, one file after the other, the one that saves most first.
 */
final class Line {

  private final double bytesPerSecond;
  private double now;

  /** What each of those that share the line has got since the beginning. */
  private double share;

  private double bytes;

  private final PriorityQueue<Transfer> waitedFor =
      new PriorityQueue<>(Comparator.comparingDouble((Transfer transfer) -> transfer.endOfShare));
  private final PriorityQueue<Transfer> ahead =
      new PriorityQueue<>(Comparator.comparingDouble((Transfer transfer) -> -transfer.saving));

  /** A file on its way. */
  final class Transfer {
    private final double saving;
    private final Runnable end;
    private double left;
    private double endOfShare;

    private Transfer(long size, double saving, Runnable end) {
      this.left = size;
      this.saving = saving;
      this.end = end;
    }

    /** A client waits for it now. */
    void raise() {
      if (ahead.remove(this)) {
        share(this);
      }
    }
  }

  Line(double bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** All that has come over it. */
  double bytes() {
    return bytes;
  }

  /** Begins a transfer that a client waits for. */
  Transfer begin(long size, Runnable end) {
    Transfer transfer = new Transfer(size, 0, end);
    share(transfer);
    return transfer;
  }

  /** Begins one that nobody waits for. */
  Transfer beginAhead(long size, double saving, Runnable end) {
    Transfer transfer = new Transfer(size, saving, end);
    ahead.add(transfer);
    return transfer;
  }

  private void share(Transfer transfer) {
    transfer.endOfShare = share + transfer.left;
    waitedFor.add(transfer);
  }

  /** When the next transfer ends, if nothing else happens. */
  double nextEnd() {
    Transfer next = waitedFor.peek();
    if (next != null) {
      return now + (next.endOfShare - share) * waitedFor.size() / bytesPerSecond;
    }
    next = ahead.peek();
    return next == null ? Double.POSITIVE_INFINITY : now + next.left / bytesPerSecond;
  }

  /** Ends it. */
  void endNext() {
    double time = nextEnd();
    advanceTo(time);
    Transfer next = waitedFor.isEmpty() ? ahead.remove() : waitedFor.remove();
    next.end.run();
  }

  /** Has bytes flow until then; no transfer ends before. */
  void advanceTo(double time) {
    double flown = (time - now) * bytesPerSecond;
    now = time;
    if (!waitedFor.isEmpty()) {
      share += flown / waitedFor.size();
      bytes += flown;
    } else if (!ahead.isEmpty()) {
      Transfer first = ahead.element();
      bytes += Math.min(flown, first.left);
      first.left = Math.max(0, first.left - flown);
    }
  }
}
