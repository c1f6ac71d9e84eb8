package org.instantmirror.upstream;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import org.instantmirror.freshness.Age;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.UpstreamPool.Exhaustion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lists of mirrors of one repository, one for each URL that its paths' variables make. Each is
 * fetched when a client first needs it, then in the background when it has expired and is used.
 * While it can't be had, the last one is used, however old. Thread-safe; nothing here blocks.
 */
final class MirrorLists {

  /** How often a list that can't be had is asked for while an older one is used. */
  static final Duration RETRY = Duration.ofMinutes(1);

  /** Clients choose the variables' values, so the number of lists has to be bounded. */
  static final int MOST_LISTS = 100;

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.upstream.lists");

  private final Repo repo;
  private final ListUrl source;
  private final Background background;
  private final BiFunction<URI, ListFetcher.Fetched, Runnable> onFetched;
  private final Map<URI, State> states = // guarded by this
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<URI, State> eldest) {
          boolean full = size() > MOST_LISTS;
          if (full) {
            forget(eldest.getKey());
          }
          return full;
        }
      };

  /**
   * What works for all repositories.
   *
   * @param fetcher asks and stores
   * @param threads where it may block
   */
  record Background(ListFetcher fetcher, Executor threads, Clock clock) {}

  /** Of one list; guarded by the outer object. */
  private static final class State {
    ListFetcher.@Nullable Fetched known;
    @Nullable UpstreamException fault; // of the last try, if it failed
    Health health = Health.GOOD; // of the list's server
    Instant triedAt = Instant.MIN;
    @Nullable CompletableFuture<Void> running;

    boolean isDue(Duration expire, Instant now) {
      ListFetcher.Fetched list = known;
      if (list == null) {
        return !health.restingAt(now);
      }
      // One from far in the future means that the clock was set back.
      boolean expired = list.at().isAfter(now.plus(RETRY)) || !now.isBefore(list.at().plus(expire));
      return expired && mayBeRetried(now);
    }

    boolean mayBeRetried(Instant now) {
      return triedAt.isAfter(now.plus(RETRY))
          || Duration.between(triedAt, now).compareTo(RETRY) >= 0;
    }
  }

  /**
   * @param onFetched called in the background for each list that has been fetched, before anybody
   *     goes by it; what it returns is run after
   */
  MirrorLists(
      Repo repo,
      ListUrl source,
      Background background,
      BiFunction<URI, ListFetcher.Fetched, Runnable> onFetched) {
    this.repo = repo;
    this.onFetched = onFetched;
    this.source = source;
    this.background = background;
  }

  /** The list, if it is here; one that has expired is fetched again behind it. */
  Optional<ListFetcher.Fetched> known(URI uri, Instant now) {
    State state;
    synchronized (this) {
      state = states.get(uri);
      if (state == null || state.known == null) {
        return Optional.empty();
      }
    }
    if (due(state, now)) {
      load(uri, state);
    }
    synchronized (this) {
      return Optional.ofNullable(state.known);
    }
  }

  /** The list as it is: nothing is fetched. */
  synchronized Optional<ListFetcher.Fetched> look(URI uri) {
    State state = states.get(uri);
    return state == null ? Optional.empty() : Optional.ofNullable(state.known);
  }

  /** One list as it is. */
  record Snapshot(
      URI uri, ListFetcher.@Nullable Fetched known, @Nullable UpstreamException fault) {}

  /** All lists in use: nothing is fetched. */
  synchronized List<Snapshot> all() {
    return states.entrySet().stream()
        .map(each -> new Snapshot(each.getKey(), each.getValue().known, each.getValue().fault))
        .toList();
  }

  /** Forgets all lists, on disk too. */
  void forgetAll() {
    List<URI> all;
    synchronized (this) {
      all = List.copyOf(states.keySet());
      states.clear();
    }
    all.forEach(this::forget);
  }

  private synchronized boolean due(State state, Instant now) {
    return state.running == null && state.isDue(source.expire(), now);
  }

  /**
   * The end of the first try to get the list; begins it. Empty if the list is here, or there is no
   * use in trying now.
   */
  Optional<CompletableFuture<Void>> pending(URI uri, Instant now) {
    State state;
    synchronized (this) {
      state = states.computeIfAbsent(uri, any -> new State());
      if (state.known != null) {
        return Optional.empty();
      }
      CompletableFuture<Void> running = state.running;
      if (running != null) {
        return Optional.of(running.copy());
      }
      if (!state.isDue(source.expire(), now)) {
        return Optional.empty();
      }
    }
    return Optional.of(load(uri, state).copy());
  }

  /** Fetches the list in the background although it hasn't expired, but not all the time. */
  void refreshEarly(URI uri, Instant now) {
    State state;
    synchronized (this) {
      state = states.get(uri);
      if (state == null || state.running != null || !state.mayBeRetried(now)) {
        return;
      }
    }
    load(uri, state);
  }

  /** Why there is no list, while its server rests; empty if there is one, or it may be asked. */
  synchronized Optional<Exhaustion> fault(URI uri, Instant now) {
    State state = states.get(uri);
    if (state == null || state.known != null || state.fault == null || !resting(state, now)) {
      return Optional.empty();
    }
    UpstreamException.Kind kind =
        state.fault.kind() == UpstreamException.Kind.TIMEOUT
            ? UpstreamException.Kind.TIMEOUT
            : UpstreamException.Kind.UNREACHABLE;
    return Optional.of(new Exhaustion(kind, source.kind() + " " + state.fault.getMessage()));
  }

  private static boolean resting(State state, Instant now) {
    return state.health.restingAt(now);
  }

  /** When a list that can't be had may be asked for again. */
  synchronized Optional<Instant> restsUntil(URI uri, Instant now) {
    State state = states.get(uri);
    return state == null || state.known != null || !resting(state, now)
        ? Optional.empty()
        : Optional.of(state.health.restsUntil());
  }

  private CompletableFuture<Void> load(URI uri, State state) {
    CompletableFuture<Void> end;
    synchronized (this) {
      CompletableFuture<Void> other = state.running;
      if (other != null) {
        return other;
      }
      end = new CompletableFuture<>();
      state.running = end;
    }
    try {
      background.threads().execute(() -> run(uri, state, end));
    } catch (RejectedExecutionException stopping) {
      finish(state, end);
    }
    return end;
  }

  private void run(URI uri, State state, CompletableFuture<Void> end) {
    Runnable then = () -> {};
    try {
      Instant began = background.clock().instant();
      if (!haveKept(uri, state)) {
        fetch(uri, state, began);
      }
      ListFetcher.Fetched fresh;
      synchronized (this) {
        fresh = state.fault == null ? state.known : null;
      }
      if (fresh != null) {
        then = onFetched.apply(uri, fresh);
      }
    } finally {
      finish(state, end);
    }
    then.run();
  }

  private void finish(State state, CompletableFuture<Void> end) {
    synchronized (this) {
      state.running = null;
    }
    end.complete(null);
  }

  /** Takes the one on disk for a start, however old; true if there was one. */
  private boolean haveKept(URI uri, State state) {
    synchronized (this) {
      if (state.known != null) {
        return false;
      }
    }
    Optional<ListFetcher.Fetched> kept = background.fetcher().cached(repo, source.kind(), uri);
    synchronized (this) {
      state.known = kept.orElse(null);
      // One that has expired is asked for by whoever uses it next: nobody waits for that.
      return kept.isPresent();
    }
  }

  private void fetch(URI uri, State state, Instant began) {
    try {
      ListFetcher.Fetched fetched = background.fetcher().fetch(repo, source.kind(), uri);
      synchronized (this) {
        state.known = fetched;
        state.fault = null;
        state.health = Health.afterSuccess(fetched.at());
        state.triedAt = fetched.at();
      }
      LOG.info("repo '{}': {} {}: {} mirrors", repo.id(), source.kind(), uri, count(fetched));
    } catch (UpstreamException fault) {
      Instant now = background.clock().instant();
      ListFetcher.Fetched old;
      synchronized (this) {
        old = state.known;
        state.fault = fault;
        state.health = state.health.afterFailure(began, now);
        state.triedAt = now;
      }
      LOG.warn(
          "repo '{}': {} {} {}; {}",
          repo.id(),
          source.kind(),
          fault.uri(),
          fault.what(),
          old == null
              ? "there is no cached list"
              : "using the cached list of %d mirrors from %s ago"
                  .formatted(count(old), Age.of(Duration.between(old.at(), now))));
    }
  }

  private void forget(URI uri) {
    try {
      background.threads().execute(() -> background.fetcher().forget(repo, uri));
    } catch (RejectedExecutionException stopping) {
      LOG.debug("{} stays on disk", uri);
    }
  }

  private static int count(ListFetcher.Fetched list) {
    return list.mirrors().mirrors().size();
  }
}
