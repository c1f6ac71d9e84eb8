package org.instantmirror.upstream;

/**
 * Who may read from a line now, and how much: a token bucket, before which clients come first. Time
 * is a parameter, nanoseconds as of {@link System#nanoTime}; guarded by its owner's lock.
 *
 * <p>What nobody waits for gives way: while clients are served it gets one byte for {@link #SHARE}
 * of theirs, so that it doesn't starve where clients never cease. That needs no knowledge of how
 * fast the line is.
 */
final class Turnstile {

  /** For so many bytes for clients there is one for those who wait for none. */
  static final int SHARE = 20;

  /** Between two reads of one client, and between a client's files, nobody else slips in. */
  static final long LINGER_NANOS = 250_000_000;

  /** Bytes that are read at once. */
  static final int BLOCK = 64 * 1024;

  /** The same where the limit is low. */
  static final int LEAST_BLOCK = 1024;

  /** A block takes so much of a second: nobody waits longer for another's. */
  private static final int BLOCKS_A_SECOND = 16;

  private static final double NANOS_PER_SECOND = 1e9;

  // Bytes that may be taken; what is below 0 has been taken already.
  private double level;
  private long filledNanos;
  private boolean filled;

  private int clients; // being served
  private boolean clientsEver;
  private long lastClientNanos;
  private long credit; // in bytes for clients, of those who wait for none

  /**
   * Asks for a turn.
   *
   * @param wanted bytes, at least 1
   * @param rate bytes a second, 0 for no limit
   * @return how many may be read, and are taken from the limit; 0 if it isn't its turn
   */
  int pass(Urgency urgency, int wanted, long rate, long now) {
    fill(rate, now);
    if (level < 0 || givesWay(urgency, now)) {
      return 0;
    }
    int most = Math.min(wanted, BLOCK);
    if (rate > 0) {
      most = (int) Math.min(most, block(rate));
      level -= most;
    }
    if (urgency == Urgency.AHEAD) {
      pay(-(long) most * SHARE);
    }
    return most;
  }

  /** What has come of a turn. */
  void brought(Urgency urgency, int granted, int bytes, long rate) {
    if (rate > 0) {
      level += granted - bytes;
    }
    pay(urgency == Urgency.INTERACTIVE ? bytes : (long) (granted - bytes) * SHARE);
  }

  private void pay(long change) {
    // A block's worth either way: what was fetched before clients came is neither debt nor merit.
    credit = Math.max(-(long) BLOCK * SHARE, Math.min((long) BLOCK, credit + change));
  }

  /** A client is being served, until {@link #clientEnds}. */
  void clientBegins() {
    clients++;
    clientsEver = true;
  }

  /** It is upstream's turn no more to bring it something. */
  void clientEnds(long now) {
    clients--;
    lastClientNanos = now;
  }

  /** How long to wait at most before it makes sense to ask again; others' deeds may end that. */
  long pauseNanos(Urgency urgency, long rate, long now) {
    double debt = rate > 0 && level < 0 ? -level / rate * NANOS_PER_SECOND : 0;
    long forClients = 0;
    if (givesWay(urgency, now)) {
      forClients = clients > 0 ? Long.MAX_VALUE : lastClientNanos + LINGER_NANOS - now;
    }
    return Math.max(1000, Math.max((long) Math.ceil(debt), forClients));
  }

  private boolean givesWay(Urgency urgency, long now) {
    return urgency == Urgency.AHEAD && credit <= 0 && clientsAreServed(now);
  }

  private boolean clientsAreServed(long now) {
    return clients > 0 || (clientsEver && now - lastClientNanos < LINGER_NANOS);
  }

  private void fill(long rate, long now) {
    if (rate == 0) {
      level = 0;
    } else if (filled) {
      double more = (now - filledNanos) / NANOS_PER_SECOND * rate;
      // What nobody took in time is lost, or it would come as one burst.
      level = Math.min(2.0 * block(rate), level + more);
    }
    filled = true;
    filledNanos = now;
  }

  private static long block(long rate) {
    return Math.max(LEAST_BLOCK, Math.min(BLOCK, rate / BLOCKS_A_SECOND));
  }
}
