package org.instantmirror.web;

import java.time.Duration;

/**
 * How much to write at once to one client: blocks to a fast one, small pieces to a slow one.
 * Confined to whose turn it is.
 */
final class ClientPace {

  /**
   * Bytes that go into the container's buffer and are pushed out from there. What the client
   * doesn't take of them stays in that buffer, so it must fit ({@code socket.appWriteBufSize}, 8 kB
   * in Tomcat, framing included).
   */
  private static final int PIECE = 8 * 1024 - 64;

  /**
   * Multiples of this go past the container's buffer, straight to the socket; of what the client
   * doesn't take of them the container makes a copy of 64 kB. So they are for clients that take
   * everything, not for thousands of slow ones.
   */
  private static final int BLOCK = 16 * 1024;

  /** Bytes written in blocks in one turn; then others have theirs. */
  private static final int IN_BLOCKS = 4 * BLOCK;

  /** The most that is written at once. */
  static final int MOST = IN_BLOCKS;

  /** Slow is who lets wait longer than this for room; a busy server is no reason. */
  private static final long SLOW_NANOS = Duration.ofMillis(250).toNanos();

  /**
   * Fast is who has taken this much since it was last slow: more than what the system takes in its
   * stead (the send buffer).
   */
  private static final long FAST = 512 * 1024;

  private boolean blocked;
  private long blockedSinceNanos;
  private long slowAt;
  private int inBlocks;

  /** The container has said whether the client takes more. */
  void ready(boolean ready) {
    if (!ready && !blocked) {
      blockedSinceNanos = System.nanoTime();
    }
    blocked = !ready;
  }

  /**
   * The container calls, since the client takes more.
   *
   * @param sent bytes of the body so far
   */
  void turnBegins(long sent) {
    if (blocked && System.nanoTime() - blockedSinceNanos > SLOW_NANOS) {
      slowAt = sent;
    }
    inBlocks = sent - slowAt >= FAST ? IN_BLOCKS : 0;
  }

  /**
   * How many bytes to write at once, 1 to {@link #MOST}.
   *
   * @param available how many there are, at least 1
   */
  int next(long available) {
    long blocks = blocks(available);
    return (int) (blocks > 0 ? blocks * BLOCK : Math.min(PIECE, available));
  }

  private long blocks(long available) {
    return Math.min(inBlocks, available) / BLOCK;
  }

  /**
   * So many of them were written.
   *
   * @param most what {@link #next} said
   * @return whether they are in the container's buffer, from where they must be pushed out
   */
  boolean wrote(int most) {
    // A piece is less than a block.
    boolean block = most >= BLOCK;
    inBlocks -= block ? most : 0;
    return !block;
  }
}
