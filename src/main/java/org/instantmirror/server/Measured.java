package org.instantmirror.server;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.ToLongFunction;
import org.instantmirror.eviction.Evictor;
import org.instantmirror.mirror.Downloads;
import org.instantmirror.mirror.Mirror;
import org.instantmirror.mirror.PrefetchTotals;
import org.instantmirror.mirror.Views;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredFiles;
import org.instantmirror.upstream.MeteredClient;
import org.instantmirror.usage.PrefetchVerdict;
import org.instantmirror.usage.Usage;
import org.instantmirror.web.Metrics;
import org.instantmirror.web.Savings;

/** What {@code /metrics} tells of the engine's parts, beside the requests that it has answered. */
record Measured(
    Views views, Store store, MeteredClient upstream, Mirror mirror, Usage usage, Evictor evictor) {

  /** All of it. */
  void register(Metrics metrics, Savings savings) {
    metrics.gauge(
        "instantmirror_repositories",
        "Repositories that are configured.",
        () -> views.get().config().repos().size());
    metrics.gauge(
        "instantmirror_repository_folders",
        "Folders of packages whose lists are known: one for each release and architecture.",
        () -> mirror.generations().repositories());
    metrics.gauge(
        "instantmirror_generations",
        "Generations of them that are servable.",
        () -> mirror.generations().generations());
    metrics.gauge(
        "instantmirror_store_fault",
        "1 while new files can't be stored.",
        () -> store.fault().isPresent() ? 1 : 0);
    metrics.gauge(
        "instantmirror_downloads", "Downloads that run, or wait for a place.", mirror::downloads);
    metrics.counter(
        "instantmirror_upstream_requests", "Requests to upstreams.", upstream::requests);
    metrics.counter(
        "instantmirror_upstream_bytes", "Bytes of bodies that came from them.", upstream::bytes);
    metrics.gauge(
        "instantmirror_saved_bytes",
        "Bytes sent to clients, less those that came from upstreams.",
        savings::bytes);
    metrics.counter(
        "instantmirror_shared_files",
        "Files that weren't fetched, as their bytes were here under another name.",
        () -> mirror.sharedContent().files());
    metrics.counter(
        "instantmirror_shared_bytes", "The same in bytes.", () -> mirror.sharedContent().bytes());
    metrics.counter(
        "instantmirror_shared_copied_bytes",
        "Those of them that had to be copied, as they couldn't be linked.",
        () -> mirror.sharedContent().copiedBytes());
    queue(metrics);
    prefetch(metrics);
    cache(metrics);
    usage(metrics);
  }

  private void queue(Metrics metrics) {
    Downloads downloads = new Downloads(mirror);
    waiting(metrics, "interactive", () -> downloads.lengths().interactive());
    waiting(metrics, "ahead", () -> downloads.lengths().ahead());
  }

  private static void waiting(Metrics metrics, String kind, DoubleSupplier count) {
    metrics.gauge("instantmirror_queue", "Downloads that wait for a place.", count, "class", kind);
  }

  private void prefetch(Metrics metrics) {
    PrefetchTotals totals = mirror.prefetched();
    for (PrefetchVerdict each : PrefetchVerdict.values()) {
      String decision = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
      metrics.gauge(
          "instantmirror_prefetch_packages",
          "Packages of each repository's last run, by what was decided of them.",
          () -> totals.decided(each),
          "decision",
          decision);
      metrics.gauge(
          "instantmirror_prefetch_package_bytes",
          "The same in bytes.",
          () -> totals.decidedBytes(each),
          "decision",
          decision);
    }
    metrics.counter(
        "instantmirror_prefetched_files", "Files fetched before a client asked.", totals::files);
    metrics.counter("instantmirror_prefetched_bytes", "The same in bytes.", totals::bytes);
    metrics.counter(
        "instantmirror_prefetched_used_files",
        "Those of them that a client has asked for since.",
        totals::usedFiles);
    metrics.counter("instantmirror_prefetched_used_bytes", "The same in bytes.", totals::usedBytes);
    metrics.counter(
        "instantmirror_prefetch_failures", "Files that couldn't be fetched.", totals::failed);
  }

  private void cache(Metrics metrics) {
    metrics.gauge(
        "instantmirror_cache_bytes",
        "What files take, and what running downloads have written and will have.",
        () -> evictor.status().levels().held());
    metrics.gauge(
        "instantmirror_cache_files",
        "Files that are stored.",
        () -> evictor.status().totals().stream().mapToLong(StoredFiles.Total::files).sum());
    metrics.gauges(
        "instantmirror_repository_bytes",
        "What a repository's stored files take.",
        "repo",
        () -> stored(StoredFiles.Total::bytes));
    metrics.gauges(
        "instantmirror_repository_files",
        "How many these are.",
        "repo",
        () -> stored(StoredFiles.Total::files));
    metrics.gauge(
        "instantmirror_cache_limit_bytes",
        "What cache_size allows; +Inf for no limit.",
        () -> limit(evictor.status().levels().limit()));
    metrics.gauge(
        "instantmirror_disk_free_bytes",
        "What may still be written to the disk, min_free included.",
        () -> evictor.status().levels().space().usable());
    metrics.counter(
        "instantmirror_evicted_files",
        "Files that have gone for want of room.",
        evictor::goneFiles);
    metrics.counter("instantmirror_evicted_bytes", "The same in bytes.", evictor::goneBytes);
  }

  private Map<String, Double> stored(ToLongFunction<StoredFiles.Total> what) {
    Map<String, Double> found = new TreeMap<>();
    store
        .files()
        .totals()
        .forEach(total -> found.put(total.repo().value(), (double) what.applyAsLong(total)));
    return found;
  }

  private static double limit(long bytes) {
    return bytes == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : bytes;
  }

  private void usage(Metrics metrics) {
    metrics.gauge(
        "instantmirror_usage_clients",
        "Clients that report what they use.",
        () -> usage.standing().clients());
    metrics.gauge(
        "instantmirror_usage_packages",
        "Packages that somebody is known to use.",
        () -> usage.standing().packages());
    metrics.gauge(
        "instantmirror_usage_reports_waiting",
        "Reports that were taken and aren't learnt yet.",
        () -> usage.standing().reportsWaiting());
    report(metrics, "taken", () -> usage.standing().reportsTaken());
    report(metrics, "refused", () -> usage.standing().reportsRefused());
    report(metrics, "lost", () -> usage.standing().reportsLost());
    metrics.counter(
        "instantmirror_usage_requests",
        "Requests that something was learnt from.",
        () -> usage.standing().requestsLearnt());
    metrics.counter(
        "instantmirror_usage_requests_lost",
        "Requests that came too fast to learn from them.",
        () -> usage.standing().requestsLost());
  }

  private static void report(Metrics metrics, String outcome, DoubleSupplier count) {
    metrics.counter(
        "instantmirror_usage_reports", "Reports of clients.", count, "outcome", outcome);
  }
}
