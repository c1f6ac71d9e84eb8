package org.instantmirror.campus;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * A distribution's packages: how popular each is, how often it is updated and how big it is. By
 * popularity they follow a power law, the first {@link #COMMON} being on most machines; sizes are
 * log-normal; the packages of a source are updated together, a few sources often and most hardly
 * ever, whether they are popular or not.
 */
final class Distribution {

  /** All machines have these, whatever they are for. */
  static final int CORE = 400;

  private static final int COMMON = 900;
  private static final double STEEPNESS = 1.9;

  private static final double MEDIAN_SIZE = 120_000;
  private static final double SIZE_SPREAD = 2.1;
  private static final long MOST_BYTES = 400_000_000;
  private static final int MOST_OF_A_SOURCE = 8;
  private static final double RATE_SPREAD = 2;
  private static final double MOST_UPDATES_A_DAY = 0.3;

  private final int[] places; // by popularity, which package is that
  private final double[] popularity; // by place, cumulated
  private final int[] source;
  private final double[] updatesPerDay; // of a source
  private final long[] size;

  /**
   * @param packages how many there are
   * @param updatesPerDay of sources, all together
   */
  Distribution(int packages, double updatesPerDay, SplittableRandom random) {
    this.places = new int[packages];
    this.popularity = new double[packages];
    this.source = new int[packages];
    this.size = new long[packages];
    double sum = 0;
    int sources = 0;
    int leftOfSource = 0;
    for (int i = 0; i < packages; i++) {
      sum += share(i);
      popularity[i] = sum;
      if (leftOfSource == 0) {
        sources++;
        leftOfSource = 1 + random.nextInt(MOST_OF_A_SOURCE);
      }
      source[i] = sources - 1;
      leftOfSource--;
      double bytes = MEDIAN_SIZE * Math.exp(SIZE_SPREAD * random.nextGaussian());
      size[i] = Math.min(MOST_BYTES, 2_000 + (long) bytes);
      // Shuffled, so that the packages of a source are not of one popularity.
      int other = random.nextInt(i + 1);
      places[i] = places[other];
      places[other] = i;
    }
    this.updatesPerDay = rates(sources, updatesPerDay, random);
  }

  private static double[] rates(int sources, double updatesPerDay, SplittableRandom random) {
    double[] rates = new double[sources];
    for (int i = 0; i < sources; i++) {
      rates[i] = Math.exp(RATE_SPREAD * random.nextGaussian());
    }
    double all = Arrays.stream(rates).sum();
    return Arrays.stream(rates)
        .map(rate -> Math.min(MOST_UPDATES_A_DAY, rate * updatesPerDay / all))
        .toArray();
  }

  /** How likely a machine has the package at that place. */
  private static double share(int place) {
    return place < COMMON ? 1 : Math.pow((double) COMMON / place, STEEPNESS);
  }

  int packages() {
    return source.length;
  }

  int sources() {
    return updatesPerDay.length;
  }

  int sourceOf(int software) {
    return source[software];
  }

  double updatesPerDay(int ofSource) {
    return updatesPerDay[ofSource];
  }

  long size(int software) {
    return size[software];
  }

  /** Of all packages. */
  double bytes() {
    return Arrays.stream(size).asDoubleStream().sum();
  }

  /** One by the law of popularity. */
  int draw(SplittableRandom random) {
    double at = random.nextDouble() * popularity[popularity.length - 1];
    int found = Arrays.binarySearch(popularity, at);
    return places[Math.min(found < 0 ? -found - 1 : found, places.length - 1)];
  }

  /** What machines of a kind have in common: the core, and so many others. */
  BitSet profile(int others, SplittableRandom random) {
    BitSet profile = new BitSet();
    for (int i = 0; i < CORE; i++) {
      profile.set(places[i]);
    }
    while (profile.cardinality() < Math.min(CORE + others, packages() / 2)) {
      profile.set(draw(random));
    }
    return profile;
  }
}
