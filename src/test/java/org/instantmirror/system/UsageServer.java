package org.instantmirror.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/**
 * Stands for a mirror towards its clients: serves a folder as {@code /mirror/samples/}, takes
 * reports, and answers them when a test lets it. Thread-safe.
 */
final class UsageServer implements AutoCloseable {
  private static final String REPOSITORY = "/mirror/samples/";

  private final List<String> reports = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final Path folder;
  private volatile CountDownLatch gate = new CountDownLatch(0);

  private UsageServer(Path folder) throws IOException {
    this.folder = folder;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(REPOSITORY, this::serve);
    server.createContext("/api/v1/usage", this::take);
    server.setExecutor(threads);
    server.start();
  }

  /** One that serves that folder. */
  static UsageServer serving(Path folder) {
    try {
      UsageServer started = new UsageServer(folder);
      Opened.add(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The root, ending in a slash. */
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  /** The base URL of the repository. */
  String repoUrl() {
    return url() + REPOSITORY.substring(1);
  }

  /** The documents of all reports that came in, whether they were answered or not. */
  List<String> reports() {
    return List.copyOf(reports);
  }

  /** Answers none of the reports that come from now on, until {@link #answer}. */
  void hang() {
    gate = new CountDownLatch(1);
  }

  /** Answers those that wait, and what comes from now on. */
  void answer() {
    gate.countDown();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange;
        InputStream body =
            new GZIPInputStream(
                new ByteArrayInputStream(exchange.getRequestBody().readAllBytes()))) {
      reports.add(new String(body.readAllBytes(), StandardCharsets.UTF_8));
      gate.await();
      exchange.sendResponseHeaders(202, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    Path file = folder.resolve(exchange.getRequestURI().getPath().substring(REPOSITORY.length()));
    try (exchange) {
      if (!Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      exchange.sendResponseHeaders(200, Files.size(file));
      try (OutputStream out = exchange.getResponseBody()) {
        Files.copy(file, out);
      }
    }
  }

  @Override
  public void close() {
    Opened.remove(this);
    gate.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
