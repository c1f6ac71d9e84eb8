package org.instantmirror.usage;

import java.util.Arrays;

/**
 * Counts how many different hashes it was given, in bounded memory: exactly up to {@value #EXACT},
 * and beyond that by HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with {@value #REGISTERS}
 * registers, whose standard error is 1.04 / sqrt(512), 4.6 %. For one thread.
 */
final class DistinctCount {

  /** So many hashes take as much memory as the registers do. */
  static final int EXACT = 128;

  static final int REGISTERS = 512;
  private static final int INDEX_BITS = 9;

  /** Of the paper, for that many registers. */
  private static final double ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

  private int[] exact = new int[4];
  private int count; // of exact
  private byte[] registers = {}; // empty as long as the hashes themselves are kept

  /**
   * Takes one more.
   *
   * @param hash all of whose bits are as good as random
   * @return whether the count may have changed
   */
  boolean add(int hash) {
    if (registers.length > 0) {
      return register(hash);
    }
    for (int i = 0; i < count; i++) {
      if (exact[i] == hash) {
        return false;
      }
    }
    if (count == EXACT) {
      registers = new byte[REGISTERS];
      for (int each : exact) {
        register(each);
      }
      exact = new int[0];
      return register(hash);
    }
    if (count == exact.length) {
      exact = Arrays.copyOf(exact, count * 2);
    }
    exact[count++] = hash;
    return true;
  }

  private boolean register(int hash) {
    int index = hash >>> (Integer.SIZE - INDEX_BITS);
    // The one bit behind ends the count where all others are 0.
    int rank = Integer.numberOfLeadingZeros((hash << INDEX_BITS) | (1 << (INDEX_BITS - 1))) + 1;
    if (registers[index] >= rank) {
      return false;
    }
    registers[index] = (byte) rank;
    return true;
  }

  /** How many different ones there were. */
  double estimate() {
    if (registers.length == 0) {
      return count;
    }
    double sum = 0;
    int zeros = 0;
    for (byte rank : registers) {
      sum += Math.scalb(1.0, -rank);
      zeros += rank == 0 ? 1 : 0;
    }
    double raw = ALPHA * REGISTERS * REGISTERS / sum;
    // The paper's correction of small counts: how many registers nobody has hit.
    return raw <= 2.5 * REGISTERS && zeros > 0
        ? REGISTERS * Math.log((double) REGISTERS / zeros)
        : raw;
  }
}
