package org.instantmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A small HTTP/1.1 server on loopback that serves files by the book and misbehaves on command. It
 * speaks through raw sockets, because a server library would refuse to tell most of the lies that
 * tests need. Thread-safe.
 *
 * <pre>{@code
 * try (FakeUpstream upstream = FakeUpstream.start()) {
 *   Gate gate = new Gate();
 *   upstream
 *       .file("/a.rpm", bytes)
 *       .lastModified(Instant.parse("2026-01-01T00:00:00Z"))
 *       .etag("\"1\"")
 *       .next(Behaviour.proper().cutAfter(100))   // the first request
 *       .always(Behaviour.proper().gated(gate));  // all others
 *   ... ask upstream.uri("/a.rpm") ...
 *   gate.awaitRequest();
 *   gate.release(10);
 *   assertThat(upstream.requests("/a.rpm")).hasSize(2);
 * }
 * }</pre>
 *
 * <p>A path without a file is answered with 404. Files are named by their decoded path: {@code
 * /a+b.rpm} answers {@code /a%2Bb.rpm} too, whatever the query.
 */
public final class FakeUpstream implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int BACKLOG = 1024;

  private final String host;
  private final InetAddress address;
  private final String scheme;
  private final ServerSocketFactory sockets;

  // All guarded by this.
  private final Map<String, FakeFile> files = new HashMap<>();
  private final List<RecordedRequest> requests = new ArrayList<>();
  private final Map<String, Long> bytesSent = new HashMap<>();
  private final Set<Socket> connections = new HashSet<>();
  private int connectionsAccepted;
  private boolean hanging;
  private int port;
  private @Nullable ServerSocket listener;
  private @Nullable ExecutorService threads;
  private @Nullable Future<?> accepting;

  private FakeUpstream(String host, String scheme, ServerSocketFactory sockets) {
    this.host = host;
    try {
      this.address = InetAddress.getByName(host);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.scheme = scheme;
    this.sockets = sockets;
  }

  /** Starts one on 127.0.0.1, on a free port. */
  public static FakeUpstream start() {
    return startOn("127.0.0.1");
  }

  /** Starts one on another loopback address ({@code 127.0.0.2}, {@code ::1}), on a free port. */
  public static FakeUpstream startOn(String loopbackAddress) {
    return started(new FakeUpstream(loopbackAddress, "http", ServerSocketFactory.getDefault()));
  }

  /** Starts one that speaks TLS, on 127.0.0.1 and a free port. */
  public static FakeUpstream startTls(ServerSocketFactory sockets) {
    return started(new FakeUpstream("127.0.0.1", "https", sockets));
  }

  private static FakeUpstream started(FakeUpstream upstream) {
    upstream.restart();
    return upstream;
  }

  /** Puts a file there, in place of any that was, with no validators and proper behaviour. */
  public synchronized FakeFile file(String path, byte[] content) {
    FakeFile file = new FakeFile(content);
    files.put(path, file);
    return file;
  }

  /** Removes a file: 404. */
  public synchronized void remove(String path) {
    files.remove(path);
  }

  /** The origin, without a trailing slash: {@code http://127.0.0.1:PORT}. */
  public String origin() {
    return scheme + "://" + hostPort();
  }

  /** Host and port as in a URL's authority. */
  public String hostPort() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  /** The URL of a target, which is taken as it is. */
  public URI uri(String target) {
    return URI.create(origin() + target);
  }

  /** The port; it stays the same over {@link #stop} and {@link #restart}. */
  public synchronized int port() {
    return port;
  }

  /** All requests so far. */
  public synchronized List<RecordedRequest> requests() {
    return List.copyOf(requests);
  }

  /** The requests for a decoded path so far. */
  public synchronized List<RecordedRequest> requests(String path) {
    return requests.stream().filter(request -> request.path().equals(path)).toList();
  }

  /** How many body bytes have been sent for a decoded path, over all requests. */
  public synchronized long bytesSent(String path) {
    return bytesSent.getOrDefault(path, 0L);
  }

  /**
   * Waits until that many requests for a decoded path have come.
   *
   * @throws AssertionError if they don't within 20 seconds
   */
  public synchronized void awaitRequests(String path, int count) {
    Waiting.until(
        this,
        PATIENCE,
        () -> requests(path).size() >= count,
        () -> requests(path).size() + " of " + count + " requests for " + path);
  }

  /**
   * Waits until that many connections or fewer are open.
   *
   * @throws AssertionError if they don't close within 20 seconds
   */
  public synchronized void awaitOpenConnections(int atMost) {
    Waiting.until(
        this,
        PATIENCE,
        () -> connections.size() <= atMost,
        () -> connections.size() + " connections open");
  }

  /** How many connections are open now. */
  public synchronized int openConnections() {
    return connections.size();
  }

  /** How many connections were accepted so far. */
  public synchronized int connectionsAccepted() {
    return connectionsAccepted;
  }

  /** From now on requests are read and recorded and never answered. */
  public synchronized void hang() {
    hanging = true;
  }

  /** Requests are answered again; those that hang stay unanswered. */
  public synchronized void stopHanging() {
    hanging = false;
  }

  /** Closes all connections, those in mid-answer included, and goes on listening. */
  public synchronized void dropConnections() {
    connections.forEach(FakeUpstream::closeQuietly);
  }

  /** Stops listening (connections are refused) and closes all connections. */
  public void stop() {
    ExecutorService stopped;
    Future<?> acceptor;
    synchronized (this) {
      stopped = threads;
      acceptor = accepting;
      threads = null;
      if (listener != null) {
        closeQuietly(listener);
        listener = null;
      }
      dropConnections();
    }
    if (stopped != null && acceptor != null) {
      // A thread that waits in accept keeps the port until it has woken up.
      awaitEnd(acceptor);
      stopped.shutdownNow();
    }
  }

  /** Listens again, on the same port. */
  public synchronized void restart() {
    if (listener != null) {
      return;
    }
    try {
      ServerSocket socket = sockets.createServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port), BACKLOG);
      port = socket.getLocalPort();
      listener = socket;
      ExecutorService pool = Executors.newCachedThreadPool(FakeUpstream::daemon);
      threads = pool;
      accepting = pool.submit(() -> accept(socket, pool));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops for good. */
  @Override
  public void close() {
    stop();
  }

  private void accept(ServerSocket socket, ExecutorService pool) {
    try {
      while (true) {
        Socket accepted = socket.accept();
        synchronized (this) {
          if (threads != pool) {
            closeQuietly(accepted);
            return;
          }
          connectionsAccepted++;
          connections.add(accepted);
          pool.execute(new FakeConnection(this, accepted));
        }
      }
    } catch (IOException e) {
      // Stopped.
    }
  }

  synchronized FakeFile.Snapshot record(RecordedRequest request) {
    FakeFile file = files.get(request.path());
    FakeFile.Snapshot snapshot =
        file == null
            ? new FakeFile(new byte[0]).always(Behaviour.status(404)).answerNext()
            : file.answerNext();
    requests.add(request);
    notifyAll();
    return snapshot;
  }

  synchronized void sent(RecordedRequest request, int bytes) {
    bytesSent.merge(request.path(), (long) bytes, Long::sum);
  }

  synchronized boolean isHanging() {
    return hanging;
  }

  synchronized void gone(Socket socket) {
    connections.remove(socket);
    notifyAll();
  }

  private static void awaitEnd(Future<?> task) {
    try {
      task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the fake upstream doesn't stop", e);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "fake-upstream");
    thread.setDaemon(true);
    return thread;
  }

  private static void closeQuietly(java.io.Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed is closed.
    }
  }
}
