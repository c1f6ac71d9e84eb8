package org.instantmirror.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One client that asks for a small file at an even rate over a kept-alive connection, and how long
 * the answers took.
 *
 * <p>A request that is late because the answer before it was slow is timed from the moment at which
 * it was due, so that a stall of the server is not counted once but for each request that it
 * delayed; a request that is late because this client woke up late is timed from its sending.
 */
public final class HitLatency {
  private static final Set<String> OPTIONS =
      Set.of("url", "expect", "per-second", "for-seconds", "warmup-seconds");

  private final URI url;
  private final ExpectedBody expected;
  private final ByteBuffer request;
  private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
  private SocketChannel channel;
  private long reconnects = -1;

  private HitLatency(URI url, ExpectedBody expected) {
    this.url = url;
    this.expected = expected;
    String text =
        "GET "
            + url.getRawPath()
            + " HTTP/1.1\r\nHost: "
            + url.getRawAuthority()
            + "\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
    this.request = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Options: {@code --url}, {@code --expect} FILE, {@code --per-second} (200), {@code
   * --warmup-seconds} (2) that are not counted, {@code --for-seconds} (10) that are. Prints
   * milliseconds.
   *
   * @throws IOException if an answer is broken off, isn't 200 or isn't the expected file
   */
  public static void main(String[] args) throws IOException {
    Arguments options = Arguments.parse(args, OPTIONS);
    HitLatency client =
        new HitLatency(
            URI.create(options.required("url")),
            ExpectedBody.of(Path.of(options.required("expect"))));
    long perSecond = options.number("per-second", 200);
    long warmup = options.number("warmup-seconds", 2) * perSecond;
    long counted = options.number("for-seconds", 10) * perSecond;
    long[] nanos = client.measure(warmup + counted, TimeUnit.SECONDS.toNanos(1) / perSecond);
    if (nanos.length <= warmup) {
      throw new IOException(
          "only " + nanos.length + " answers in " + (warmup + counted) + " turns");
    }
    long[] sorted = Arrays.copyOfRange(nanos, (int) warmup, nanos.length);
    Arrays.sort(sorted);
    System.out.println("answers=" + sorted.length);
    System.out.println("missing=" + (warmup + counted - nanos.length));
    System.out.println("reconnects=" + client.reconnects);
    System.out.println("p50.ms=" + millis(sorted, 0.50));
    System.out.println("p99.ms=" + millis(sorted, 0.99));
    System.out.println("max.ms=" + millis(sorted, 1));
  }

  /** Asks for {@code count} answers; gives up, with fewer, a second after the last was due. */
  private long[] measure(long count, long intervalNanos) throws IOException {
    long[] latencies = new long[(int) count];
    long start = System.nanoTime();
    long end = start + count * intervalNanos + TimeUnit.SECONDS.toNanos(1);
    long previousEnd = start;
    for (int i = 0; i < count; i++) {
      long due = start + i * intervalNanos;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      long from = previousEnd > due ? due : System.nanoTime();
      if (from > end || previousEnd > end) {
        return Arrays.copyOf(latencies, i);
      }
      get();
      previousEnd = System.nanoTime();
      latencies[i] = previousEnd - from;
    }
    return latencies;
  }

  private void get() throws IOException {
    if (channel == null) {
      channel = SocketChannel.open(new InetSocketAddress(url.getHost(), url.getPort()));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      reconnects++;
    }
    request.rewind();
    channel.write(request);
    StringBuilder text = new StringBuilder(512);
    do {
      receive();
    } while (!ResponseHead.collect(input, text));
    ResponseHead head = ResponseHead.parse(text);
    if (head.status() != 200 || !expected.hasLength(head.contentLength())) {
      throw new IOException(url + " answered " + head);
    }
    long offset = 0;
    while (true) {
      if (!expected.matches(offset, input)) {
        throw new IOException(url + ": wrong bytes after offset " + offset);
      }
      offset += input.remaining();
      if (offset == head.contentLength()) {
        break;
      }
      receive();
    }
    if (head.closes()) {
      channel.close();
      channel = null;
    }
  }

  private void receive() throws IOException {
    input.clear();
    if (channel.read(input) < 0) {
      throw new EOFException(url + ": broken off");
    }
    input.flip();
  }

  private static String millis(long[] sorted, double quantile) {
    int index = (int) Math.min(sorted.length - 1, Math.ceil(sorted.length * quantile) - 1);
    return String.format(Locale.ROOT, "%.3f", sorted[index] / 1e6);
  }
}
