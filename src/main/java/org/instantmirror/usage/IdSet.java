package org.instantmirror.usage;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A set of small numbers, for the packages of one client. As bytes it is the ascending numbers'
 * differences, seven bits in a byte, the lowest first: packages that many machines have together
 * have numbers that lie together, so that most of them take one byte. Immutable.
 */
final class IdSet {

  /** Nothing. */
  static final IdSet EMPTY = new IdSet(new int[0]);

  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;

  private final int[] ids; // ascending, each once

  private IdSet(int[] ids) {
    this.ids = ids;
  }

  /**
   * A set of these numbers.
   *
   * @param ids 0 or more each, in any order; also several times
   */
  static IdSet of(IntStream ids) {
    return new IdSet(ids.sorted().distinct().toArray());
  }

  /**
   * What {@link #bytes} gave.
   *
   * @throws IllegalArgumentException if no set looks like that
   */
  static IdSet of(byte[] bytes) {
    int[] found = new int[bytes.length];
    int count = 0;
    long last = -1;
    int at = 0;
    while (at < bytes.length) {
      long step = 0;
      int shift = 0;
      int next;
      do {
        if (at == bytes.length || shift > Integer.SIZE) {
          throw new IllegalArgumentException("not a set of numbers");
        }
        next = bytes[at++];
        step |= ((long) (next & (MORE - 1))) << shift;
        shift += BITS;
      } while ((next & MORE) != 0);
      last += step + 1;
      if (last > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("not a set of small numbers");
      }
      found[count++] = (int) last;
    }
    return new IdSet(Arrays.copyOf(found, count));
  }

  /** The set as bytes, for {@link #of(byte[])}. */
  byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(ids.length * 5 / 4);
    int last = -1;
    for (int id : ids) {
      int step = id - last - 1;
      while (step >= MORE) {
        out.write((step & (MORE - 1)) | MORE);
        step >>>= BITS;
      }
      out.write(step);
      last = id;
    }
    return out.toByteArray();
  }

  /** How many it holds. */
  int size() {
    return ids.length;
  }

  /** Gives each that this holds and the other doesn't, in ascending order. */
  void forEachNotIn(IdSet other, IntConsumer action) {
    int there = 0;
    for (int id : ids) {
      while (there < other.ids.length && other.ids[there] < id) {
        there++;
      }
      if (there == other.ids.length || other.ids[there] != id) {
        action.accept(id);
      }
    }
  }

  boolean contains(int id) {
    return Arrays.binarySearch(ids, id) >= 0;
  }

  /** Gives each, in ascending order. */
  void forEach(IntConsumer action) {
    for (int id : ids) {
      action.accept(id);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IdSet set && Arrays.equals(ids, set.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return Arrays.toString(ids);
  }
}
