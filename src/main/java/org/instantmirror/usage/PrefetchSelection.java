package org.instantmirror.usage;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repo.PrefetchPolicy.Mode;
import org.instantmirror.repodata.EvrOrder;
import org.instantmirror.usage.PrefetchCandidate.Standing;

/**
 * Which packages are fetched before a client asks, in which order, and why the others aren't. Of
 * values only: free of I/O and clocks.
 *
 * <p>Security fixes come first, the more urgent ones before the others; then what more clients are
 * expected to ask for; of those that as many want the smaller one. So as long as the budget lasts,
 * each byte goes where most clients wait for it: what a file saves is its clients times its size
 * over the line's rate, which by the byte is its clients. A file that is too large for what is left
 * is passed over, and smaller ones behind it are still taken.
 */
public final class PrefetchSelection {

  /** The best first. */
  public static final Comparator<PrefetchCandidate> BEST_FIRST =
      Comparator.comparingInt(PrefetchCandidate::urgency)
          .thenComparingDouble(PrefetchCandidate::demand)
          .reversed()
          .thenComparingLong(PrefetchCandidate::size)
          .thenComparing(PrefetchCandidate::path);

  private PrefetchSelection() {}

  /**
   * What bounds the choice.
   *
   * @param policy of the repository
   * @param budget bytes that may be spent still; negative counts as 0
   * @param open whether it is the time for it
   * @param most how many files are chosen; who wants the others looks again after them
   * @param line what upstream is like
   */
  public record Terms(PrefetchPolicy policy, long budget, boolean open, int most, Line line) {}

  /**
   * How long a client waits for a file that isn't here.
   *
   * @param bytesPerSecond more than 0
   * @param fixedSeconds until the first byte, whatever the size
   */
  public record Line(double bytesPerSecond, double fixedSeconds) {

    /** Where nothing was measured yet: a megabyte a second, after a tenth. */
    public static final Line UNKNOWN = new Line(1e6, 0.1);

    /** Expected seconds for a file; of unknown size as if it were empty. */
    public double seconds(long size) {
      return fixedSeconds + Math.max(0, size) / bytesPerSecond;
    }
  }

  /**
   * What becomes of a candidate.
   *
   * @param saving seconds that its clients are expected to wait less, all together; 0 if nobody is
   *     known to want it
   */
  public record Choice(PrefetchCandidate candidate, PrefetchVerdict verdict, double saving) {}

  /**
   * Chooses.
   *
   * @return a choice for each candidate, the best candidates first, whatever becomes of them
   */
  public static List<Choice> choose(List<PrefetchCandidate> candidates, Terms terms) {
    Map<NameArch, PrefetchCandidate> newest = newest(candidates);
    List<PrefetchCandidate> ranked = new ArrayList<>(candidates);
    ranked.sort(BEST_FIRST);
    List<Choice> choices = new ArrayList<>(ranked.size());
    long left = terms.budget;
    int chosen = 0;
    for (PrefetchCandidate candidate : ranked) {
      boolean isNewest = isNewest(candidate, newest);
      PrefetchVerdict verdict = verdict(candidate, isNewest, left, terms);
      if (verdict == PrefetchVerdict.FETCH && chosen >= terms.most) {
        verdict = PrefetchVerdict.LATER;
      } else if (verdict == PrefetchVerdict.FETCH) {
        chosen++;
        left -= candidate.cost();
      }
      choices.add(
          new Choice(
              candidate, verdict, candidate.demand() * terms.line.seconds(candidate.size())));
    }
    return choices;
  }

  private static PrefetchVerdict verdict(
      PrefetchCandidate candidate, boolean isNewest, long left, Terms terms) {
    Mode mode = terms.policy.mode();
    if (!mode.takesPackages()) {
      return PrefetchVerdict.SWITCHED_OFF;
    }
    boolean absent =
        candidate.standing() == Standing.ABSENT || candidate.standing() == Standing.ELSEWHERE;
    if (!absent) {
      return switch (candidate.standing()) {
        case CACHED -> PrefetchVerdict.CACHED;
        case GONE -> PrefetchVerdict.GONE;
        case UNVERIFIABLE -> PrefetchVerdict.UNVERIFIABLE;
        default -> PrefetchVerdict.NOT_STORED;
      };
    }
    if (mode == Mode.POPULAR) {
      if (!(candidate.demand() > 0)) {
        return PrefetchVerdict.NOBODY;
      }
      if (!isNewest) {
        return PrefetchVerdict.OLDER;
      }
      if (candidate.demand() < terms.policy.minDemand()) {
        return PrefetchVerdict.TOO_FEW;
      }
    }
    if (!terms.open) {
      return PrefetchVerdict.OUTSIDE_WINDOW;
    }
    return candidate.cost() > Math.max(0, left)
        ? PrefetchVerdict.OVER_BUDGET
        : PrefetchVerdict.FETCH;
  }

  private record NameArch(String name, String arch) {
    static NameArch of(PrefetchCandidate candidate) {
      return new NameArch(candidate.name(), candidate.arch());
    }
  }

  private static Map<NameArch, PrefetchCandidate> newest(List<PrefetchCandidate> candidates) {
    Map<NameArch, PrefetchCandidate> newest = new HashMap<>();
    for (PrefetchCandidate each : candidates) {
      newest.merge(
          NameArch.of(each),
          each,
          (one, other) -> EvrOrder.OLDEST_FIRST.compare(one.evr(), other.evr()) >= 0 ? one : other);
    }
    return newest;
  }

  private static boolean isNewest(
      PrefetchCandidate candidate, Map<NameArch, PrefetchCandidate> newest) {
    PrefetchCandidate best = newest.get(NameArch.of(candidate));
    return best == null || EvrOrder.OLDEST_FIRST.compare(candidate.evr(), best.evr()) >= 0;
  }
}
