package org.instantmirror.web;

import java.time.Duration;
import java.time.Instant;
import org.instantmirror.repo.AddressRange;
import org.instantmirror.usage.RateLimit;

/**
 * How often reports are taken: of one client, of one address, and of clients at that address which
 * nobody has heard of before. The last bound keeps one machine from passing for thousands, whose
 * packages would count as wanted and whose numbers would leave no room for others; it isn't for
 * this machine's own addresses, which may be those of a web server in front. Addresses are
 * remembered for that in memory only, the last ones of each kind. Thread-safe.
 */
final class ReportLimits {

  private static final int MOST_REMEMBERED = 20_000;

  /** One report a window, and those that couldn't be sent before. */
  private static final int CLIENT_BURST = 20;

  private static final Duration CLIENT_INTERVAL = Duration.ofMinutes(10);

  /** Thousands of clients may have one address, behind a router that translates theirs. */
  private static final int ADDRESS_BURST = 600;

  private static final Duration ADDRESS_INTERVAL = Duration.ofMillis(100);

  /** All of them are new on the first of a month: some thousands take a few days then. */
  static final int NEW_BURST = 1_000;

  private static final Duration NEW_INTERVAL = Duration.ofMinutes(2);

  private final RateLimit clients = new RateLimit(CLIENT_BURST, CLIENT_INTERVAL, MOST_REMEMBERED);

  private final RateLimit addresses =
      new RateLimit(ADDRESS_BURST, ADDRESS_INTERVAL, MOST_REMEMBERED);

  private final RateLimit strangers = new RateLimit(NEW_BURST, NEW_INTERVAL, MOST_REMEMBERED);

  /**
   * Takes one of an address, before its report is read.
   *
   * @return zero if there was one left; else how long there won't be
   */
  Duration takeOf(String address, Instant now) {
    return addresses.take(AddressRange.holder(address), now);
  }

  /**
   * Takes one of a client, whose report has been read; the same.
   *
   * @param known whether it has reported before
   */
  Duration takeOf(String client, boolean known, String address, Instant now) {
    Duration wait = clients.take(client, now);
    boolean stranger = !known && !AddressRange.isLoopback(address);
    return wait.isZero() && stranger ? strangers.take(AddressRange.holder(address), now) : wait;
  }
}
