package org.instantmirror.download;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.instantmirror.download.Claim.State;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.upstream.Urgency;

/**
 * Who has a place, who gets the next one, and who has to give one up. No threads, no time; guarded
 * by the lock of the {@link DownloadQueue}.
 *
 * <ul>
 *   <li>So many places in all, so many for each repository: one whose upstream hangs must not take
 *       the places of the others.
 *   <li>Clients come first, in order of arrival, what several wait for a little sooner. While one
 *       waits, nothing begins that nobody waits for; and what does already have a place gives that
 *       up, if it is the one that is missing: of several the one that saves least.
 *   <li>What nobody waits for has so many places for each upstream host.
 * </ul>
 */
final class Places {

  private final int most;
  private final int mostAheadPerHost;

  private final NavigableSet<Claim> clients = new TreeSet<>(Claim.ORDER);
  private final Map<RepoId, NavigableSet<Claim>> ahead = new HashMap<>();
  private int aheadWaiting;
  private final Set<Claim> taken = new LinkedHashSet<>();

  Places(int most, int mostAheadPerHost) {
    this.most = most;
    this.mostAheadPerHost = mostAheadPerHost;
  }

  /** Those who are thought to have a place. */
  private final class Taken {
    private final Set<Claim> claims = new LinkedHashSet<>();
    private final Map<RepoId, Integer> byRepo = new HashMap<>();
    private final Map<String, Integer> aheadByHost = new HashMap<>();

    Taken(Stream<Claim> claims) {
      claims.forEach(claim -> count(claim, 1));
    }

    void count(Claim claim, int change) {
      if (change > 0) {
        claims.add(claim);
      } else {
        claims.remove(claim);
      }
      byRepo.merge(claim.repo().id(), change, Integer::sum);
      if (claim.urgency == Urgency.AHEAD) {
        aheadByHost.merge(claim.host(), change, Integer::sum);
      }
    }

    boolean hasPlaceOf(Repo repo) {
      return byRepo.getOrDefault(repo.id(), 0) < repo.maxParallelDownloads();
    }

    boolean hasPlaceFor(Claim claim) {
      return claims.size() < most
          && hasPlaceOf(claim.repo())
          && (claim.urgency == Urgency.INTERACTIVE
              || aheadByHost.getOrDefault(claim.host(), 0) < mostAheadPerHost);
    }

    boolean hasAhead() {
      return claims.stream().anyMatch(claim -> claim.urgency == Urgency.AHEAD);
    }

    /** Who has to go so that there is a place for a client. */
    Optional<Claim> inTheWayOf(Claim client) {
      boolean ofRepoOnly = !hasPlaceOf(client.repo());
      return claims.stream()
          .filter(claim -> claim.urgency == Urgency.AHEAD)
          .filter(claim -> !ofRepoOnly || claim.repo().id().equals(client.repo().id()))
          .max(Claim.ORDER);
    }
  }

  /** Lets it wait for a place. */
  void add(Claim claim) {
    claim.state = State.WAITING;
    if (claim.urgency == Urgency.INTERACTIVE) {
      clients.add(claim);
    } else {
      ahead.computeIfAbsent(claim.repo().id(), id -> new TreeSet<>(Claim.ORDER)).add(claim);
      aheadWaiting += claim.helps() ? 0 : 1;
    }
  }

  /** Has it wait no more; false if it didn't. */
  boolean remove(Claim claim) {
    if (claim.state != State.WAITING) {
      return false;
    }
    claim.state = State.AWAY;
    if (claim.urgency == Urgency.INTERACTIVE) {
      clients.remove(claim);
    } else {
      NavigableSet<Claim> ofRepo = ahead.get(claim.repo().id());
      if (ofRepo != null && ofRepo.remove(claim)) {
        aheadWaiting -= claim.helps() ? 0 : 1;
      }
      if (ofRepo != null && ofRepo.isEmpty()) {
        ahead.remove(claim.repo().id());
      }
    }
    return true;
  }

  /** Changes what the order goes by, wherever the claim is. */
  void change(Claim claim, Urgency urgency, int waiting, double saving) {
    boolean waits = remove(claim);
    claim.urgency = urgency;
    claim.clients = waiting;
    claim.saving = saving;
    if (waits) {
      add(claim);
    }
  }

  /** How many clients wait. */
  int clientsWaiting() {
    return clients.size();
  }

  /** How many wait that no client waits for, helpers left out. */
  int aheadWaiting() {
    return aheadWaiting;
  }

  /** Gives the free places to those whose turn it is. */
  List<Claim> fill() {
    List<Claim> started = new ArrayList<>();
    Optional<Claim> next = next();
    while (next.isPresent()) {
      Claim claim = next.get();
      remove(claim);
      claim.state = State.RUNNING;
      claim.begun = true;
      taken.add(claim);
      started.add(claim);
      next = next();
    }
    return started;
  }

  private Optional<Claim> next() {
    if (taken.size() >= most) {
      return Optional.empty();
    }
    Taken now = new Taken(taken.stream());
    Optional<Claim> client = clients.stream().filter(now::hasPlaceFor).findFirst();
    if (client.isPresent() || !clients.isEmpty()) {
      return client;
    }
    return ahead.values().stream()
        .map(NavigableSet::first)
        .filter(now::hasPlaceFor)
        .min(Claim.ORDER);
  }

  /** Takes a place back. */
  void release(Claim claim) {
    taken.remove(claim);
    claim.state = State.AWAY;
  }

  /** Who has to give a place up now, and hasn't been told yet. */
  List<Claim> makeWay() {
    List<Claim> leaving = new ArrayList<>();
    Taken then = new Taken(taken.stream().filter(claim -> claim.state != State.LEAVING));
    for (Iterator<Claim> i = clients.iterator(); i.hasNext() && then.hasAhead(); ) {
      Claim client = i.next();
      Optional<Claim> other = then.hasPlaceFor(client) ? Optional.empty() : then.inTheWayOf(client);
      if (other.isPresent()) {
        other.get().state = State.LEAVING;
        then.count(other.get(), -1);
        leaving.add(other.get());
      }
      if (then.hasPlaceFor(client)) {
        then.count(client, 1);
      }
    }
    return leaving;
  }

  /** Those who wait, in the order in which their turns would come if all places were free. */
  Stream<Claim> waiting() {
    return Stream.concat(
        clients.stream(),
        ahead.values().stream()
            .flatMap(Collection::stream)
            .sorted(Comparator.comparing(claim -> claim, Claim.ORDER)));
  }

  /** Nobody waits any more. */
  void clear() {
    clients.clear();
    ahead.clear();
    aheadWaiting = 0;
  }
}
