package org.instantmirror.campus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/**
 * Machines, a distribution that publishes updates each night (and some in the middle of the day),
 * and a line to it. The same seed makes the same campus, whichever way its packages come.
 */
final class Campus {

  /** So many of the machines have a package that counts as popular. */
  static final double POPULAR = 0.05;

  private static final double PUSH = 2 * Timeline.HOUR;
  private static final double URGENT_SHARE = 0.1;

  /** As many downloads at once as dnf does. */
  private static final int CONNECTIONS = 3;

  private final Size size;
  private final SplittableRandom random;
  private final Distribution distribution;
  private final Upstream upstream;
  private final List<Machine> machines = new ArrayList<>();
  private final Line line;
  private final Timeline timeline;
  private final Way way;
  private final BitSet popular;
  private final double installed; // bytes of what any machine has at the beginning
  private Figures figures = new Figures();

  /**
   * How much of it all.
   *
   * @param warmUpWeeks in which the way may learn and nothing is counted
   * @param weeks that are counted
   */
  record Size(
      int machines,
      int packages,
      double updatesPerDay,
      double bytesPerSecond,
      int warmUpWeeks,
      int weeks) {}

  private Campus(Size size, long seed, BiFunction<Line, Timeline, Way> way) {
    this.size = size;
    this.random = new SplittableRandom(seed);
    this.distribution = new Distribution(size.packages(), size.updatesPerDay(), random.split());
    this.upstream = new Upstream(distribution);
    this.line = new Line(size.bytesPerSecond());
    this.timeline = new Timeline(line);
    this.way = way.apply(line, timeline);
    List<Profile> profiles = Profile.all(distribution, random.split());
    for (int i = 0; i < size.machines(); i++) {
      Profile profile = Profile.draw(profiles, random);
      machines.add(new Machine(i, profile, distribution, random.split()));
    }
    this.popular = popular();
    BitSet any = new BitSet();
    machines.forEach(machine -> any.or(machine.installed()));
    this.installed = any.stream().mapToDouble(distribution::size).sum();
  }

  /** Lets it run. */
  static Figures run(Size size, long seed, BiFunction<Line, Timeline, Way> way) {
    return new Campus(size, seed, way).run();
  }

  private Figures run() {
    double begin = size.warmUpWeeks() * Timeline.WEEK;
    double end = begin + size.weeks() * Timeline.WEEK;
    SplittableRandom releases = random.split();
    for (int day = 0; day * Timeline.DAY < end; day++) {
      publish(day * Timeline.DAY, releases);
    }
    for (Machine machine : machines) {
      timeline.at(machine.nextUpdate(-Timeline.WEEK), () -> update(machine, -Timeline.WEEK));
      timeline.at(random.nextDouble() * Timeline.DAY, () -> report(machine));
    }
    timeline.runUntil(begin);
    final double before = line.bytes();
    figures = new Figures();
    timeline.runUntil(end);
    figures.upstream(line.bytes() - before, distribution.bytes(), installed);
    return figures;
  }

  private void publish(double day, SplittableRandom releases) {
    BitSet nightly = new BitSet();
    for (int source = 0; source < distribution.sources(); source++) {
      if (releases.nextDouble() < distribution.updatesPerDay(source)) {
        if (releases.nextDouble() < URGENT_SHARE) {
          BitSet urgent = new BitSet();
          urgent.set(source);
          timeline.at(
              day + releases.nextDouble() * Timeline.DAY,
              () -> way.released(upstream.release(urgent)));
        } else {
          nightly.set(source);
        }
      }
    }
    timeline.at(day + PUSH, () -> way.released(upstream.release(nightly)));
  }

  private void report(Machine machine) {
    way.reported(machine, machine.news());
    timeline.at(timeline.now() + Timeline.DAY, () -> report(machine));
  }

  private void update(Machine machine, double last) {
    double now = timeline.now();
    double days = Math.max(0, now - Math.max(0, last)) / Timeline.DAY;
    Deque<Release> needed = new ArrayDeque<>(machine.update(upstream, distribution, days));
    for (int i = 0; i < CONNECTIONS; i++) {
      next(machine, needed);
    }
    timeline.at(machine.nextUpdate(now), () -> update(machine, now));
  }

  private void next(Machine machine, Deque<Release> needed) {
    Release file = needed.poll();
    if (file == null) {
      return;
    }
    Figures counted = figures;
    double asked = timeline.now();
    boolean atOnce =
        way.request(
            machine,
            file,
            () -> {
              counted.ended(timeline.now() - asked);
              timeline.at(timeline.now(), () -> next(machine, needed));
            });
    counted.asked(file, file.version() > 0 && popular.get(file.software()), atOnce);
  }

  /** As it was at the beginning: it hardly changes. */
  private BitSet popular() {
    int[] having = new int[distribution.packages()];
    machines.forEach(machine -> machine.installed().stream().forEach(each -> having[each]++));
    BitSet popular = new BitSet();
    for (int software = 0; software < having.length; software++) {
      popular.set(software, having[software] >= POPULAR * machines.size());
    }
    return popular;
  }
}
