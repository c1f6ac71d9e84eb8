package org.instantmirror.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * What is measured for a monitoring system: whoever has something to tell registers it here, by its
 * Prometheus name. Thread-safe.
 */
public final class Metrics {

  /** The outcome of what is about no file of a repository. */
  private static final String NONE = "none";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final Map<List<String>, Ended> requests = new ConcurrentHashMap<>();

  /** The registry itself holds them weakly. */
  private final Collection<DoubleSupplier> kept = new ConcurrentLinkedQueue<>();

  /** What brings gauges up to date whose labels come and go. */
  private final Collection<Runnable> updates = new ConcurrentLinkedQueue<>();

  private record Ended(Counter requests, Counter bytes) {}

  /** With the virtual machine's own. */
  public Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
      counter(
          "jvm_gc_seconds",
          "Time that collections of the heap have taken.",
          () -> each.getCollectionTime() / 1000.0,
          "gc",
          each.getName());
    }
  }

  /**
   * Registers what goes up and down.
   *
   * @param name such as {@code instantmirror_downloads}
   * @param value asked when it is read, on any thread; doesn't block
   * @param labels names and values in turn
   */
  public void gauge(String name, String help, DoubleSupplier value, String... labels) {
    Gauge.builder(name, value::getAsDouble)
        .description(help)
        .tags(labels)
        .strongReference(true)
        .register(registry);
  }

  /**
   * The same of several that come and go, such as repositories.
   *
   * @param label what tells them apart
   * @param values by the label's value; few
   */
  public void gauges(String name, String help, String label, Supplier<Map<String, Double>> values) {
    MultiGauge gauges = MultiGauge.builder(name).description(help).register(registry);
    updates.add(
        () ->
            gauges.register(
                values.get().entrySet().stream()
                    .<MultiGauge.Row<?>>map(
                        each -> MultiGauge.Row.of(Tags.of(label, each.getKey()), each.getValue()))
                    .toList(),
                true));
  }

  /**
   * The same as one that goes up and down, of what only grows.
   *
   * @param name without the {@code _total} that it is shown with
   */
  public void counter(String name, String help, DoubleSupplier value, String... labels) {
    kept.add(value);
    FunctionCounter.builder(name, value, DoubleSupplier::getAsDouble)
        .description(help)
        .tags(labels)
        .register(registry);
  }

  /** A request has ended. */
  void ended(RequestRecord record, int status) {
    String cache = outcome(record.cacheStatus());
    String kind = record.isBroken() ? "broken" : status / 100 + "xx";
    Ended meters = requests.computeIfAbsent(List.of(cache, kind), labels -> meters(cache, kind));
    meters.requests.increment();
    meters.bytes.increment((double) record.bytes());
  }

  private Ended meters(String cache, String status) {
    return new Ended(
        Counter.builder("instantmirror_requests")
            .description("Requests that have ended.")
            .tags("cache", cache, "status", status)
            .register(registry),
        Counter.builder("instantmirror_sent_bytes")
            .description("Bytes of bodies sent to clients.")
            .tags("cache", cache, "status", status)
            .register(registry));
  }

  /** In a word what {@code Cache-Status} says; few words, as each is a series of its own. */
  static String outcome(String cacheStatus) {
    if (cacheStatus.contains("; hit")) {
      return cacheStatus.contains("upstream-unreachable") ? "stale" : "hit";
    } else if (cacheStatus.contains("; collapsed")) {
      return "collapsed";
    } else if (cacheStatus.contains("; fwd-status=304")) {
      return "revalidated";
    } else if (cacheStatus.contains("; fwd=bypass") || cacheStatus.contains("not-storable")) {
      return "bypass";
    } else if (cacheStatus.contains("; fwd=partial")) {
      return "far-ahead";
    }
    return cacheStatus.contains("; fwd=") ? "miss" : NONE;
  }

  /** Answers so far that were about files of repositories, by {@link #outcome}. */
  Map<String, Sent> sent() {
    Map<String, Sent> sums = new TreeMap<>();
    requests.forEach(
        (labels, ended) -> {
          if (!labels.get(0).equals(NONE)) {
            Sent some = new Sent((long) ended.requests.count(), (long) ended.bytes.count());
            sums.merge(labels.get(0), some, Sent::plus);
          }
        });
    return sums;
  }

  /**
   * Answers to clients.
   *
   * @param bytes of their bodies
   */
  record Sent(long requests, long bytes) {
    Sent plus(Sent other) {
      return new Sent(requests + other.requests, bytes + other.bytes);
    }
  }

  /** All of it, in Prometheus' text format. */
  synchronized String text() {
    updates.forEach(Runnable::run);
    return registry.scrape(MetricsServlet.MEDIA_TYPE);
  }
}
