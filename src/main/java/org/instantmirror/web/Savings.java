package org.instantmirror.web;

import java.time.Instant;
import java.util.Map;
import java.util.function.LongSupplier;
import org.instantmirror.mirror.PrefetchTotals;

/**
 * Whether the mirror pays: what clients were sent, beside what came from upstreams for it.
 *
 * @param metrics count what clients are sent
 * @param fetched bytes of bodies that came from upstreams so far, for whatever reason
 * @param ahead what was fetched before clients asked
 * @param since when counting began
 */
public record Savings(Metrics metrics, LongSupplier fetched, PrefetchTotals ahead, Instant since) {

  /**
   * Bytes of bodies that clients were sent and that didn't come over the line for them; negative
   * while more was fetched than asked for.
   */
  public long bytes() {
    return sentBytes() - fetched.getAsLong();
  }

  /** Bytes of bodies of files of repositories that clients were sent. */
  long sentBytes() {
    return sent().values().stream().mapToLong(Metrics.Sent::bytes).sum();
  }

  /** By what the cache did. */
  Map<String, Metrics.Sent> sent() {
    return metrics.sent();
  }
}
