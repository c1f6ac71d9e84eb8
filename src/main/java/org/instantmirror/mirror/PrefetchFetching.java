package org.instantmirror.mirror;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.instantmirror.download.Order;
import org.instantmirror.mirror.PrefetchBacklog.Wanted;
import org.instantmirror.mirror.PrefetchRun.State;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.usage.PrefetchVerdict;
import org.jspecify.annotations.Nullable;

/**
 * What has been chosen to be fetched ahead, on its way through the download queue: that gets a few
 * files at a time, so that the best of all repositories come first, and what has not begun when the
 * window closes is taken back. Confined to one thread.
 */
final class PrefetchFetching {

  /** As many as keep the line busy; more would only be taken back when better ones come. */
  static final int MOST_AT_ONCE = 16;

  private final PrefetchMeans means;
  private final PrefetchCandidates candidates;
  private final PrefetchTotals totals;
  private final Executor thread;
  private final LongConsumer spend;
  private final PrefetchBacklog backlog = new PrefetchBacklog();
  private final Map<EntryKey, Queued> queued = new HashMap<>();
  private long queuedBytes;

  /** What is in the download queue. */
  private static final class Queued {
    final Wanted wanted;
    final CompletableFuture<Boolean> handle;

    /** As a later run would have it. */
    @Nullable Wanted later;

    /** Why it was taken back; null if it wasn't. */
    @Nullable PrefetchVerdict takenBack;

    Queued(Wanted wanted, CompletableFuture<Boolean> handle) {
      this.wanted = wanted;
      this.handle = handle;
    }
  }

  /**
   * @param thread the one that it is confined to
   * @param spend is told of bytes that came
   */
  PrefetchFetching(
      PrefetchMeans means,
      PrefetchCandidates candidates,
      PrefetchTotals totals,
      Executor thread,
      LongConsumer spend) {
    this.means = means;
    this.candidates = candidates;
    this.totals = totals;
    this.thread = thread;
    this.spend = spend;
  }

  /**
   * Has a file fetched when its turn comes. One that is listed otherwise by what is live is a
   * package that was signed or built again under its name: until the flip clients are to get the
   * old one.
   */
  void add(Wanted wanted) {
    EntryKey key = wanted.order().key();
    Queued before = queued.get(key);
    if (before != null) {
      before.later = wanted;
      return;
    }
    Generation live = means.records().live(wanted.folder());
    boolean isLive = live != null && live.number() == wanted.run().begin().generation();
    boolean taken =
        !isLive
            && means
                .records()
                .listed(key)
                .filter(listed -> !listed.equals(wanted.order().listed()))
                .isPresent();
    if (taken) {
      backlog.hold(wanted);
    } else {
      backlog.add(wanted);
    }
  }

  /** That generation is live. */
  void release(RepositoryFolder folder, long generation) {
    backlog.release(folder, generation);
  }

  /** Forgets what an earlier run of a folder has left. */
  void drop(RepositoryFolder folder) {
    backlog.drop(folder);
  }

  /** How many wait for the download queue. */
  int size() {
    return backlog.size();
  }

  /** Bytes that are still to come. */
  long bytes() {
    return backlog.bytes() + queuedBytes;
  }

  /** Has the next ones fetched, as far as there is room. */
  void pump() {
    if (!means.isOpen()) {
      takeBack(all -> true, PrefetchVerdict.OUTSIDE_WINDOW);
      return;
    }
    while (queued.size() < MOST_AT_ONCE) {
      Wanted wanted = backlog.next();
      if (wanted == null) {
        return;
      }
      fetch(wanted);
    }
  }

  /** Puts off what has not begun. */
  void takeBack(Predicate<Wanted> which, PrefetchVerdict why) {
    for (Wanted wanted : backlog.take(which)) {
      putOff(wanted, State.WAITING, why);
    }
    for (Queued each : List.copyOf(queued.values())) {
      boolean waits = which.test(each.wanted) && means.ahead().waits(key(each.wanted));
      if (waits && each.handle.cancel(true)) {
        each.takenBack = why;
      }
    }
  }

  private static void putOff(Wanted wanted, State from, PrefetchVerdict why) {
    wanted.run().putOff(key(wanted), from, why, PrefetchBacklog.size(wanted));
  }

  private static EntryKey key(Wanted wanted) {
    return wanted.order().key();
  }

  private void fetch(Wanted wanted) {
    EntryKey key = key(wanted);
    wanted.run().change(key, State.WAITING, State.FETCHING, 0);
    CompletableFuture<Boolean> handle =
        means.ahead().fetchForNow(wanted.order(), wanted.choice().saving());
    queued.put(key, new Queued(wanted, handle));
    queuedBytes += PrefetchBacklog.size(wanted);
    var unused =
        handle.whenComplete(
            (shared, fault) -> thread.execute(() -> ended(key, Boolean.TRUE.equals(shared))));
  }

  /**
   * Its turn is over.
   *
   * @param shared whether its bytes were here under another name
   */
  private void ended(EntryKey key, boolean shared) {
    Queued ended = queued.remove(key);
    if (ended == null) {
      return;
    }
    queuedBytes -= PrefetchBacklog.size(ended.wanted);
    PrefetchVerdict why = ended.takenBack;
    if (why == null) {
      State state = outcome(ended.wanted, shared);
      long size = shared ? 0 : Math.max(0, ended.wanted.choice().candidate().size());
      settle(ended.wanted, State.FETCHING, state, size);
      again(ended, state, size);
    } else {
      putOff(ended.wanted, State.FETCHING, why);
      if (ended.later != null) {
        putOff(ended.later, State.WAITING, why);
      }
    }
    pump();
  }

  private State outcome(Wanted wanted, boolean shared) {
    Order order = wanted.order();
    ListedFile listed = order.listed();
    if (listed == null || !candidates.isHere(order.key(), listed, means.now())) {
      totals.couldNotBeHad();
      return State.FAILED;
    }
    if (!shared) {
      totals.fetched(order.key(), listed);
      spend.accept(Math.max(0, wanted.choice().candidate().size()));
    }
    return State.FETCHED;
  }

  private static void settle(Wanted wanted, State from, State to, long size) {
    wanted.run().change(key(wanted), from, to, size);
  }

  /** For the later run it will do, unless that one's file is another of that name. */
  private void again(Queued ended, State state, long size) {
    Wanted later = ended.later;
    if (later == null) {
      return;
    }
    if (java.util.Objects.equals(later.order().listed(), ended.wanted.order().listed())) {
      settle(later, State.WAITING, state, size);
    } else {
      add(later);
    }
  }
}
