package org.instantmirror.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Mirrors of one folder, each of which sends so many bytes a second over all its connections, a
 * hundredth of a second's worth at once: nginx's {@code limit_rate} lets the first second's worth of
 * each answer through at once, which is all of a segment. {@code /bytes} says how many of bodies it
 * has sent.
 */
public final class PacedOrigins {
  private static final Set<String> OPTIONS = Set.of("folder", "rates", "delay-ms", "ports-file");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Path folder;
  private final long delayNanos;
  private final long bytesPerSecond;
  private final AtomicLong sent = new AtomicLong();
  private long nextNanos = System.nanoTime(); // guarded by this

  private PacedOrigins(Path folder, long delayMillis, long bytesPerSecond) {
    this.folder = folder;
    this.delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
    this.bytesPerSecond = bytesPerSecond;
  }

  /**
   * Options: {@code --folder}; {@code --rates}, bytes a second of each mirror, with commas; {@code
   * --delay-ms} before each answer (20); {@code --ports-file} to write their ports to, one a line.
   * Runs until it is ended.
   */
  public static void main(String[] args) throws IOException {
    Arguments options = Arguments.parse(args, OPTIONS);
    Path folder = Path.of(options.required("folder"));
    StringBuilder ports = new StringBuilder();
    for (String rate : options.required("rates").split(",")) {
      PacedOrigins origin =
          new PacedOrigins(folder, options.number("delay-ms", 20), Long.parseLong(rate));
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
      server.setExecutor(Executors.newCachedThreadPool());
      server.createContext("/", origin::answer);
      server.start();
      ports.append(server.getAddress().getPort()).append('\n');
    }
    Files.writeString(Path.of(options.required("ports-file")), ports);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      Path file = folder.resolve(path.substring(1)).normalize();
      if (path.equals("/bytes")) {
        byte[] count = sent.toString().getBytes(StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(200, count.length);
        exchange.getResponseBody().write(count);
      } else if (!file.startsWith(folder) || !Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        LockSupport.parkNanos(delayNanos);
        send(exchange, file);
      }
    } catch (IOException left) {
      // A request that was given up.
    }
  }

  private void send(HttpExchange exchange, Path file) throws IOException {
    long size = Files.size(file);
    exchange.getResponseHeaders().set("ETag", "\"" + size + "\"");
    String field = exchange.getRequestHeaders().getFirst("Range");
    Matcher range = RANGE.matcher(field == null ? "" : field);
    if (!range.matches()) {
      exchange.sendResponseHeaders(200, size);
      send(exchange.getResponseBody(), file, 0, size);
      return;
    }
    long first = Long.parseLong(range.group(1));
    long last = range.group(2).isEmpty() ? size - 1 : Long.parseLong(range.group(2));
    String part = String.format(Locale.ROOT, "bytes %d-%d/%d", first, last, size);
    exchange.getResponseHeaders().set("Content-Range", part);
    exchange.sendResponseHeaders(206, last - first + 1);
    send(exchange.getResponseBody(), file, first, last + 1);
  }

  private void send(OutputStream out, Path file, long first, long end) throws IOException {
    int most = (int) Math.max(1, bytesPerSecond / 100);
    ByteBuffer buffer = ByteBuffer.allocate(most);
    try (FileChannel in = FileChannel.open(file)) {
      for (long at = first; at < end; ) {
        int count = in.read(buffer.clear().limit((int) Math.min(most, end - at)), at);
        awaitTurn(count);
        out.write(buffer.array(), 0, count);
        out.flush();
        sent.addAndGet(count);
        at += count;
      }
    }
  }

  /** What wasn't sent in time is lost, but for a twentieth of a second. */
  private void awaitTurn(int bytes) {
    long due;
    synchronized (this) {
      long now = System.nanoTime();
      nextNanos = Math.max(nextNanos, now - SECOND / 20) + bytes * SECOND / bytesPerSecond;
      due = nextNanos;
    }
    for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
      LockSupport.parkNanos(due - now);
    }
  }
}
