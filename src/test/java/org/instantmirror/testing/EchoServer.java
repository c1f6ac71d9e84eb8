package org.instantmirror.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server of any method: it answers with the method, the target and a line feed, and then with the
 * request's own body.
 */
public final class EchoServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private EchoServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", EchoServer::answer);
    server.setExecutor(threads);
  }

  /** Starts one on a free port of 127.0.0.1. */
  public static EchoServer start() {
    try {
      EchoServer echo = new EchoServer();
      echo.server.start();
      return echo;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As it stands in a URL. */
  public String hostPort() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Its root, without a slash at the end. */
  public String origin() {
    return "http://" + hostPort();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String head = exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n";
      // 0 is for chunks.
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(head.getBytes(StandardCharsets.ISO_8859_1));
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
