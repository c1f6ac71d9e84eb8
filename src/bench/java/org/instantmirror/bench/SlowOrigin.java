package org.instantmirror.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An origin far away: it serves one file under any name, whole or one range of it, thinks for a
 * while before it answers, and sends each body at a limited rate.
 */
public final class SlowOrigin {
  private static final Set<String> OPTIONS =
      Set.of("file", "delay-ms", "bytes-per-second", "port-file");
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final int TICKS_PER_SECOND = 100;

  private final Path file;
  private final long size;
  private final long delayNanos;
  private final int perTick;

  private SlowOrigin(Path file, long delayMillis, long bytesPerSecond) throws IOException {
    this.file = file;
    this.size = Files.size(file);
    this.delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
    this.perTick = (int) (bytesPerSecond / TICKS_PER_SECOND);
  }

  /**
   * Options: {@code --file}, {@code --delay-ms} (200), {@code --bytes-per-second} (1000000) of each
   * connection, {@code --port-file} to write the port to. Runs until it is ended.
   */
  public static void main(String[] args) throws IOException {
    Arguments options = Arguments.parse(args, OPTIONS);
    SlowOrigin origin =
        new SlowOrigin(
            Path.of(options.required("file")),
            options.number("delay-ms", 200),
            options.number("bytes-per-second", 1_000_000));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", origin::answer);
    server.start();
    Files.writeString(Path.of(options.required("port-file")), server.getAddress().getPort() + "\n");
  }

  private void answer(HttpExchange exchange) throws IOException {
    LockSupport.parkNanos(delayNanos);
    exchange.getResponseHeaders().set("ETag", "\"far\"");
    exchange.getResponseHeaders().set("Content-Type", "application/x-rpm");
    String field = exchange.getRequestHeaders().getFirst("Range");
    Matcher range = RANGE.matcher(field == null ? "" : field);
    try (exchange) {
      if (range.matches()) {
        long first = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? size - 1 : Long.parseLong(range.group(2));
        String part = String.format(Locale.ROOT, "bytes %d-%d/%d", first, last, size);
        exchange.getResponseHeaders().set("Content-Range", part);
        exchange.sendResponseHeaders(206, last - first + 1);
        send(exchange.getResponseBody(), first, last + 1);
      } else {
        exchange.sendResponseHeaders(200, size);
        send(exchange.getResponseBody(), 0, size);
      }
    } catch (IOException left) {
      // A request that was given up.
    }
  }

  private void send(OutputStream out, long first, long end) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(first);
      long begin = System.nanoTime();
      long tick = 0;
      for (long at = first; at < end; tick++) {
        int n = (int) Math.min(perTick, end - at);
        out.write(in.readNBytes(n));
        out.flush();
        at += n;
        long due = begin + (tick + 1) * TimeUnit.SECONDS.toNanos(1) / TICKS_PER_SECOND;
        LockSupport.parkNanos(due - System.nanoTime());
      }
    }
  }
}
