package org.instantmirror.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Many downloads of one URL at once, on one thread, and how they ended.
 *
 * <p>The first client ("the first") starts {@code --lead-ms} before the others and may read slowly
 * or leave, while the others read at {@code --rate}. All times are counted from the first client's
 * start, so that they compare with those of one plain download. Prints {@code asked=N} when every
 * client has sent its request, and {@link LoadReport} at the end.
 */
public final class LoadClients {
  private static final Set<String> OPTIONS =
      Set.of(
          "url",
          "clients",
          "expect",
          "rate",
          "first-rate",
          "first-leaves-ms",
          "lead-ms",
          "ramp-ms",
          "for-seconds",
          "repeat",
          "each");
  private static final int READ_SIZE = 256 * 1024;

  private record Timer(long atNanos, Runnable action) {}

  private final List<LoadClient> clients = new ArrayList<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos));
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_SIZE);
  private final Arguments options;
  private final ExpectedBody expected;
  private int open;
  private boolean toldAsked;

  private LoadClients(Arguments options, ExpectedBody expected) {
    this.options = options;
    this.expected = expected;
  }

  /**
   * Options: {@code --url} (http, with a port); {@code --clients} (1); {@code --expect} FILE that
   * each body must equal; {@code --rate} and {@code --first-rate} in bytes per second (0: no
   * limit); {@code --first-leaves-ms}; {@code --lead-ms} (0); {@code --ramp-ms} (0) over which the
   * others start; {@code --for-seconds} (120) after which all stop; {@code --repeat} (1) one after
   * another; {@code --each} 1 for a line about each client. Ends with status 1 if a body was wrong.
   */
  public static void main(String[] args) throws IOException {
    Arguments options = Arguments.parse(args, OPTIONS);
    ExpectedBody expected =
        options.text("expect").isPresent()
            ? ExpectedBody.of(Path.of(options.required("expect")))
            : ExpectedBody.any();
    boolean wrong = false;
    for (long round = options.number("repeat", 1); round > 0; round--) {
      LoadReport report = new LoadClients(options, expected).run();
      System.out.print(report.text(options.number("each", 0) == 1));
      wrong |= report.wrongBodies() > 0;
    }
    System.exit(wrong ? 1 : 0);
  }

  private LoadReport run() throws IOException {
    try (Selector selector = Selector.open()) {
      long start = System.nanoTime();
      schedule(selector, start);
      long end = start + TimeUnit.SECONDS.toNanos(options.number("for-seconds", 120));
      while (System.nanoTime() < end && open > 0) {
        runTimers();
        selector.select(millisToNextTimer(end));
        long now = System.nanoTime();
        for (SelectionKey key : selector.selectedKeys()) {
          serve((LoadClient) key.attachment(), now);
        }
        selector.selectedKeys().clear();
        tellWhenAllAsked();
      }
      clients.forEach(LoadClient::close);
      return new LoadReport(clients, start, System.nanoTime());
    }
  }

  private void schedule(Selector selector, long start) {
    long count = options.number("clients", 1);
    URI url = URI.create(options.required("url"));
    Pace pace = new Pace(options.number("rate", 0));
    Pace firstPace = new Pace(options.number("first-rate", pace.bytesPerSecond()));
    long lead = TimeUnit.MILLISECONDS.toNanos(options.number("lead-ms", 0));
    long ramp = TimeUnit.MILLISECONDS.toNanos(options.number("ramp-ms", 0));
    for (int i = 0; i < count; i++) {
      LoadClient client = new LoadClient(i, url, i == 0 ? firstPace : pace, expected, () -> open--);
      clients.add(client);
      open++;
      long at = i == 0 ? start : start + lead + ramp * i / count;
      timers.add(new Timer(at, () -> client.start(selector, System.nanoTime())));
    }
    long leaves = options.number("first-leaves-ms", 0);
    if (leaves > 0) {
      long at = start + TimeUnit.MILLISECONDS.toNanos(leaves);
      timers.add(new Timer(at, () -> clients.get(0).leave(System.nanoTime())));
    }
  }

  private void serve(LoadClient client, long now) {
    client.ready(buffer, now);
    if (client.pausing()) {
      timers.add(new Timer(client.nextReadNanos(), client::resume));
    }
  }

  private void runTimers() {
    long now = System.nanoTime();
    while (!timers.isEmpty() && timers.peek().atNanos() <= now) {
      timers.poll().action().run();
    }
  }

  private long millisToNextTimer(long end) {
    long next = timers.isEmpty() ? end : Math.min(end, timers.peek().atNanos());
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(next - System.nanoTime()));
  }

  private void tellWhenAllAsked() {
    if (!toldAsked && clients.stream().allMatch(LoadClient::asked)) {
      toldAsked = true;
      System.out.println("asked=" + clients.size());
    }
  }
}
