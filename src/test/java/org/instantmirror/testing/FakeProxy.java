package org.instantmirror.testing;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A small HTTP proxy on 127.0.0.1 that forwards absolute-form requests and opens tunnels, always to
 * one given port of this machine, whatever host was asked for: tests can ask for names that don't
 * exist. Thread-safe.
 */
public final class FakeProxy implements AutoCloseable {

  private final ServerSocket listener;
  private final int targetPort;
  private final ExecutorService threads = Executors.newCachedThreadPool(FakeProxy::daemon);
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final List<Closeable> sockets = new CopyOnWriteArrayList<>();
  private volatile int refusal;

  private FakeProxy(int targetPort) {
    this.targetPort = targetPort;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  /** Starts one that leads everything to that port of 127.0.0.1. */
  public static FakeProxy to(int targetPort) {
    return new FakeProxy(targetPort);
  }

  /** From now on answers everything with that status itself. */
  public void refuseWith(int status) {
    refusal = status;
  }

  /** {@code http://127.0.0.1:PORT}. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** Requests to the proxy, CONNECT included, without what went through tunnels. */
  public List<RecordedRequest> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    closeQuietly(listener);
    sockets.forEach(FakeProxy::closeQuietly);
    threads.shutdownNow();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        sockets.add(client);
        threads.execute(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    try (client) {
      BufferedInputStream in = new BufferedInputStream(client.getInputStream());
      Optional<RecordedRequest> request = RecordedRequest.read(in);
      if (request.isEmpty()) {
        return;
      }
      requests.add(request.get());
      OutputStream out = client.getOutputStream();
      if (refusal != 0) {
        write(out, "HTTP/1.1 " + refusal + " Refused\r\nContent-Length: 2\r\n\r\nno");
        return;
      }
      try (Socket target = new Socket(InetAddress.getLoopbackAddress(), targetPort)) {
        sockets.add(target);
        if (request.get().method().equals("CONNECT")) {
          write(out, "HTTP/1.1 200 Connection established\r\n\r\n");
          threads.execute(() -> copy(in, target));
        } else {
          write(target.getOutputStream(), originForm(request.get()));
        }
        copy(target.getInputStream(), client);
      }
    } catch (IOException e) {
      // One of the two left.
    }
  }

  /** The request as the origin gets it: one a connection. */
  private static String originForm(RecordedRequest request) {
    StringBuilder head = new StringBuilder();
    String target = request.target().replaceFirst("^http://[^/]*", "");
    head.append(request.method()).append(' ').append(target).append(" HTTP/1.1\r\n");
    for (Map.Entry<String, String> field : request.headers()) {
      if (!field.getKey().equalsIgnoreCase("Connection")
          && !field.getKey().equalsIgnoreCase("Proxy-Authorization")) {
        head.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
      }
    }
    return head.append("Connection: close\r\n\r\n").toString();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  /** Copies to the end, and then ends the other side's stream too. */
  private static void copy(InputStream in, Socket to) {
    try {
      in.transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // The other direction ends as well.
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "fake-proxy");
    thread.setDaemon(true);
    return thread;
  }

  private static void closeQuietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      // Closed is closed.
    }
  }
}
