package org.instantmirror.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A loopback address of a client's own: what connects to {@link #url} reaches a server from there.
 * Neither dnf nor zypper can choose the address that they come from, and a mirror tells clients
 * apart by it.
 */
final class ClientAddress implements AutoCloseable {
  private static final AtomicInteger GIVEN = new AtomicInteger();

  private final InetAddress address;
  private final URI target;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "client-address");
            thread.setDaemon(true);
            return thread;
          });

  private ClientAddress(URI target) throws IOException {
    this.target = target;
    int number = GIVEN.getAndIncrement();
    byte[] bytes = {127, 1, (byte) (number / 250 % 250), (byte) (number % 250 + 1)};
    this.address = InetAddress.getByAddress(bytes);
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /**
   * One that nobody had before.
   *
   * @param url of a server on 127.0.0.1
   */
  static ClientAddress towards(String url) {
    try {
      ClientAddress client = new ClientAddress(URI.create(url));
      client.threads.execute(client::acceptAll);
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server's URL as this client is to spell it. */
  String url() {
    return "http://127.0.0.1:" + server.getLocalPort() + target.getRawPath();
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket client = server.accept();
        open.add(client);
        threads.execute(() -> serve(client));
      }
    } catch (IOException | RejectedExecutionException closed) {
      // That is how it ends.
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket()) {
      open.add(upstream);
      upstream.bind(new InetSocketAddress(address, 0));
      upstream.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target.getPort()));
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
      threads.execute(() -> pass(client, upstream));
      pass(upstream, client);
      open.remove(upstream);
    } catch (IOException | RuntimeException broken) {
      // Closing both ends is all that a network would do.
    } finally {
      open.remove(client);
    }
  }

  /** Passes on what comes, and its end. */
  private static void pass(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException broken) {
      // The other direction ends as well, by the closing of both.
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
