package org.instantmirror.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.instantmirror.system.SyncStep.Kind;

/**
 * In which order a {@code repodata} folder is copied to a server while its clients use it. None of
 * these keeps the repository whole on the way.
 */
enum SyncOrder {
  /**
   * {@code rsync --delete}: what is gone is deleted first, then names are copied in their order.
   */
  DELETING_FIRST {
    @Override
    void arrange(List<SyncStep> deletions, List<SyncStep> copies, Random random) {
      copies.addAll(0, deletions);
    }
  },
  /** {@code rsync --delete-after}. */
  DELETING_LAST {
    @Override
    void arrange(List<SyncStep> deletions, List<SyncStep> copies, Random random) {
      copies.addAll(deletions);
    }
  },
  /** Several connections at once, as object stores are filled: {@code repomd.xml} at any time. */
  ANY {
    @Override
    void arrange(List<SyncStep> deletions, List<SyncStep> copies, Random random) {
      copies.addAll(deletions);
      Collections.shuffle(copies, random);
    }
  };

  /** Between two files at most. */
  static final Duration LONGEST_PAUSE = Duration.ofMillis(60);

  /** What the signature may come later than {@code repomd.xml} at most, beyond that. */
  static final Duration LONGEST_LAG = Duration.ofMillis(250);

  /**
   * All steps of one copy.
   *
   * @param before the names of what is there
   * @param after the names of what shall be there, each of which is copied
   * @param random decides what the order leaves open, and on the pauses
   */
  List<SyncStep> steps(Set<String> before, Set<String> after, Random random) {
    Set<String> gone = new TreeSet<>(before);
    gone.removeAll(after);
    List<SyncStep> deletions = new ArrayList<>();
    gone.forEach(file -> deletions.add(new SyncStep(file, Kind.DELETE, pause(file, random))));
    List<SyncStep> steps = new ArrayList<>();
    for (String file : new TreeSet<>(after)) {
      steps.add(new SyncStep(file, Kind.COPY, pause(file, random)));
    }
    arrange(deletions, steps, random);
    return List.copyOf(steps);
  }

  private static Duration pause(String file, Random random) {
    Duration pause = upTo(LONGEST_PAUSE, random);
    return file.equals("repomd.xml") ? pause.plus(upTo(LONGEST_LAG, random)) : pause;
  }

  private static Duration upTo(Duration most, Random random) {
    return Duration.ofMillis(random.nextInt(Math.toIntExact(most.toMillis()) + 1));
  }

  /** Puts the deletions among the copies. */
  abstract void arrange(List<SyncStep> deletions, List<SyncStep> copies, Random random);
}
