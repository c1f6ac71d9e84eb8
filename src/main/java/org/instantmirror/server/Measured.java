package org.instantmirror.server;

import org.instantmirror.mirror.Mirror;
import org.instantmirror.mirror.Views;
import org.instantmirror.store.Store;
import org.instantmirror.upstream.MeteredClient;
import org.instantmirror.usage.Usage;
import org.instantmirror.web.Metrics;

/** What {@code /metrics} tells of the engine's parts, beside the requests that it has answered. */
record Measured(Views views, Store store, MeteredClient upstream, Mirror mirror, Usage usage) {

  /** All of it. */
  Metrics metrics() {
    Metrics metrics = new Metrics();
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
    usage(metrics);
    return metrics;
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

  private static void report(
      Metrics metrics, String outcome, java.util.function.DoubleSupplier count) {
    metrics.counter(
        "instantmirror_usage_reports", "Reports of clients.", count, "outcome", outcome);
  }
}
