package org.instantmirror.upstream;

import java.net.URI;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.instantmirror.repo.Bandwidth;
import org.instantmirror.repo.Repo;
import org.jspecify.annotations.Nullable;

/**
 * The lines that files come over: one to each upstream host, and that of the whole server. What
 * comes from a host shares its line, whichever repositories it is of; the lowest limit of those
 * that fetch there at the moment holds for all of it. Thread-safe.
 */
public final class Lines {

  /** Of more hosts those are forgotten that nothing comes from. */
  private static final int MOST_HOSTS = 1000;

  private final Supplier<Bandwidth> whole;
  private final Clock clock;
  private final Supplier<ZoneId> zone;
  private final LongSupplier nanoClock;
  private final Line all;
  private final Map<String, Host> hosts = new ConcurrentHashMap<>();

  /**
   * @param whole of the whole server, as it is configured when asked
   */
  public Lines(Supplier<Bandwidth> whole, Clock clock) {
    this(whole, clock, ZoneId::systemDefault, System::nanoTime);
  }

  Lines(Supplier<Bandwidth> whole, Clock clock, Supplier<ZoneId> zone, LongSupplier nanoClock) {
    this.whole = whole;
    this.clock = clock;
    this.zone = zone;
    this.nanoClock = nanoClock;
    this.all = new Line(this::wholeRate, nanoClock);
  }

  /** A host and who fetches from it. */
  private final class Host {
    final Line line = new Line(this::rate, nanoClock);
    final Map<Bandwidth, Integer> limits = new HashMap<>(); // guarded by itself
    int riders; // guarded by limits

    /** The lowest limit of those who fetch from it; 0 if none has one. */
    long rate() {
      long lowest = 0;
      synchronized (limits) {
        for (Bandwidth each : limits.keySet()) {
          long limit = at(each);
          lowest = limit > 0 && (lowest == 0 || limit < lowest) ? limit : lowest;
        }
      }
      return lowest;
    }

    void count(Bandwidth limit, int change) {
      synchronized (limits) {
        riders += change;
        if (!limit.isUnlimited()) {
          limits.merge(limit, change, (a, b) -> a + b == 0 ? null : a + b);
        }
      }
    }

    int riders() {
      synchronized (limits) {
        return riders;
      }
    }
  }

  private long at(Bandwidth bandwidth) {
    return bandwidth.at(clock.instant(), zone.get());
  }

  private long wholeRate() {
    return at(whole.get());
  }

  /** The line of the whole server. */
  Line all() {
    return all;
  }

  /** Counts one more in that fetches from there, until {@link #leave}; its line. */
  Line enter(URI uri, Repo repo) {
    if (hosts.size() > MOST_HOSTS) {
      hosts
          .keySet()
          .forEach(name -> hosts.computeIfPresent(name, (n, h) -> h.riders() == 0 ? null : h));
    }
    Host[] entered = new Host[1];
    hosts.compute(
        name(uri),
        (name, known) -> {
          Host host = known == null ? new Host() : known;
          host.count(repo.bandwidth(), 1);
          entered[0] = host;
          return host;
        });
    return entered[0].line;
  }

  /** Counts one out. */
  void leave(URI uri, Repo repo) {
    hosts.computeIfPresent(
        name(uri),
        (name, host) -> {
          host.count(repo.bandwidth(), -1);
          return host;
        });
  }

  private static String name(URI uri) {
    return String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
  }

  /** Whether both are of one host. */
  static boolean areSame(URI one, URI other) {
    return name(one).equals(name(other));
  }

  /**
   * A limit in force.
   *
   * @param host null for the whole server
   * @param bytesPerSecond 0 for none
   * @param transfers that share it; -1 for the whole server
   */
  public record Limit(@Nullable String host, long bytesPerSecond, int transfers) {}

  /** The limits in force: that of the whole server, and of the hosts that something comes from. */
  public List<Limit> inForce() {
    List<Limit> limits = new ArrayList<>();
    hosts.forEach(
        (name, host) -> {
          int riders = host.riders();
          if (riders > 0) {
            limits.add(new Limit(name, host.rate(), riders));
          }
        });
    limits.sort(Comparator.comparing(limit -> String.valueOf(limit.host())));
    limits.add(0, new Limit(null, wholeRate(), -1));
    return List.copyOf(limits);
  }
}
