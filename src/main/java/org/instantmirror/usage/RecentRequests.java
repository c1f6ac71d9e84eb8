package org.instantmirror.usage;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLongArray;
import org.instantmirror.repo.EntryKey;

/**
 * Tells requests that a client repeats: many come for the same file, and only the first one of a
 * day says something new. In bounded memory, so that it may forget, or very rarely take one for
 * another. Thread-safe, without a lock.
 */
final class RecentRequests {

  private static final int SLOTS = 1 << 15;
  private static final long DAY_SECONDS = 86_400;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

  /** Whether it isn't known that the client has asked for the file today. */
  boolean isNew(EntryKey key, String client, Instant now) {
    long day = now.getEpochSecond() / DAY_SECONDS;
    long mixed =
        mix(((long) key.hashCode() << Integer.SIZE) ^ mix(client.hashCode() + (day << 32)));
    int slot = (int) mixed & (SLOTS - 1);
    return slots.getAndSet(slot, mixed) != mixed;
  }

  /** The last step of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
