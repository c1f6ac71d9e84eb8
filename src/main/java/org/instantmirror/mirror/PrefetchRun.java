package org.instantmirror.mirror;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.usage.PrefetchCandidate;
import org.instantmirror.usage.PrefetchSelection.Choice;
import org.instantmirror.usage.PrefetchVerdict;
import org.jspecify.annotations.Nullable;

/**
 * One look at what of a generation might be fetched ahead: what was decided of each package, and
 * what came of it. A bounded number of them is remembered by name, the best first. Thread-safe.
 */
public final class PrefetchRun {

  /** By name; of the others only the number is known. */
  static final int MOST_ITEMS = 500;

  private final Begin begin;

  // Guarded by this.
  private final Map<PrefetchVerdict, Integer> counts = new EnumMap<>(PrefetchVerdict.class);
  private final Map<PrefetchVerdict, Long> bytes = new EnumMap<>(PrefetchVerdict.class);
  private final Map<EntryKey, Item> items = new LinkedHashMap<>();
  private final Map<State, Integer> states = new EnumMap<>(State.class);
  private long fetchedBytes;
  private int inVainBefore;

  /**
   * What it looked at.
   *
   * @param policy of the repository then
   * @param base the generation that it was compared with; null if there was none
   * @param at when
   */
  public record Begin(
      RepositoryFolder folder,
      PrefetchPolicy policy,
      long generation,
      @Nullable Long base,
      Instant at) {}

  /** What has come of a package that is to be fetched. */
  public enum State {
    /** Its turn hasn't come. */
    WAITING,
    /** It is in the download queue. */
    FETCHING,
    /** It is here. */
    FETCHED,
    /** It couldn't be had. */
    FAILED
  }

  /**
   * A package.
   *
   * @param state null if it isn't fetched
   */
  public record Item(
      EntryKey key,
      PrefetchCandidate candidate,
      double saving,
      PrefetchVerdict verdict,
      @Nullable State state) {}

  /**
   * How it stands.
   *
   * @param counts of packages by what was decided of them
   * @param bytes of the same, as far as their sizes are known
   * @param states of those that are to be fetched
   * @param fetchedBytes of those that were
   * @param items the best ones
   */
  public record Standing(
      Begin begin,
      Map<PrefetchVerdict, Integer> counts,
      Map<PrefetchVerdict, Long> bytes,
      Map<State, Integer> states,
      long fetchedBytes,
      List<Item> items) {}

  /**
   * @param choices the best first
   * @param unwanted how many more there are that nobody is known to want
   * @param unwantedBytes of these
   */
  PrefetchRun(Begin begin, List<Choice> choices, int unwanted, long unwantedBytes) {
    this.begin = begin;
    if (unwanted > 0) {
      counts.put(PrefetchVerdict.NOBODY, unwanted);
      bytes.put(PrefetchVerdict.NOBODY, unwantedBytes);
    }
    for (Choice choice : choices) {
      counts.merge(choice.verdict(), 1, Integer::sum);
      bytes.merge(choice.verdict(), size(choice.candidate()), Long::sum);
      boolean fetched = choice.verdict() == PrefetchVerdict.FETCH;
      if (fetched) {
        states.merge(State.WAITING, 1, Integer::sum);
      }
      if (items.size() < MOST_ITEMS) {
        EntryKey key = new EntryKey(begin.folder.repo(), choice.candidate().path());
        items.put(
            key,
            new Item(
                key,
                choice.candidate(),
                choice.saving(),
                choice.verdict(),
                fetched ? State.WAITING : null));
      }
    }
  }

  private static long size(PrefetchCandidate candidate) {
    return Math.max(0, candidate.size());
  }

  /** What it looked at. */
  Begin begin() {
    return begin;
  }

  /** It comes after that one; null if it is the first of its folder. */
  void follow(@Nullable PrefetchRun before) {
    int count = 0;
    if (before != null && before.begin.generation == begin.generation && before.isInVain()) {
      count = before.inVainBefore() + 1;
    }
    synchronized (this) {
      inVainBefore = count;
    }
  }

  /** How many runs of the same generation, until this one, have brought nothing but failures. */
  synchronized int inVainBefore() {
    return inVainBefore;
  }

  /** Whether of what was to be fetched nothing could be had. */
  synchronized boolean isInVain() {
    return states.containsKey(State.FAILED) && !states.containsKey(State.FETCHED);
  }

  /** Whether packages are known by name. */
  synchronized boolean hasItems() {
    return !items.isEmpty();
  }

  /** From now on none is. */
  synchronized void forgetItems() {
    items.clear();
  }

  /** Whether something was put off, for that reason. */
  synchronized boolean has(PrefetchVerdict verdict) {
    return counts.containsKey(verdict);
  }

  /** Packages of which that was decided. */
  synchronized int count(PrefetchVerdict verdict) {
    return counts.getOrDefault(verdict, 0);
  }

  /** Their bytes. */
  synchronized long bytes(PrefetchVerdict verdict) {
    return bytes.getOrDefault(verdict, 0L);
  }

  synchronized int count(State state) {
    return states.getOrDefault(state, 0);
  }

  /** Something has come of a package. */
  synchronized void change(EntryKey key, State from, State to, long size) {
    states.merge(from, -1, (a, b) -> a + b <= 0 ? null : a + b);
    states.merge(to, 1, Integer::sum);
    if (to == State.FETCHED) {
      fetchedBytes += Math.max(0, size);
    }
    items.computeIfPresent(
        key, (same, item) -> new Item(key, item.candidate, item.saving, item.verdict, to));
  }

  /**
   * A package is put off after all.
   *
   * @param from how it stood
   * @param size of it; 0 if that isn't known
   */
  synchronized void putOff(EntryKey key, State from, PrefetchVerdict why, long size) {
    states.merge(from, -1, (a, b) -> a + b <= 0 ? null : a + b);
    counts.merge(PrefetchVerdict.FETCH, -1, (a, b) -> a + b <= 0 ? null : a + b);
    counts.merge(why, 1, Integer::sum);
    bytes.merge(PrefetchVerdict.FETCH, -size, (a, b) -> a + b <= 0 ? null : a + b);
    bytes.merge(why, size, Long::sum);
    items.computeIfPresent(
        key, (same, item) -> new Item(key, item.candidate, item.saving, why, null));
  }

  /** A package by its file; empty if it isn't among those that are remembered. */
  synchronized Optional<Item> item(EntryKey key) {
    return Optional.ofNullable(items.get(key));
  }

  /** How it stands now. */
  public synchronized Standing standing() {
    return new Standing(
        begin,
        new EnumMap<>(counts),
        new EnumMap<>(bytes),
        new EnumMap<>(states),
        fetchedBytes,
        new ArrayList<>(items.values()));
  }
}
