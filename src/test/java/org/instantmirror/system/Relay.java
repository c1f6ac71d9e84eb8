package org.instantmirror.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes connections on to a server, counts what that sends, and can hold it back: so a test sees
 * whether a web server in front got bytes from the mirror, and can do something between the
 * mirror's answer and what the web server makes of it. Thread-safe.
 */
final class Relay implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Hold hold = Hold.none();

  /** What the server sends from now on waits until it is let go. */
  record Hold(CountDownLatch arrived, CountDownLatch letGo) {
    private static Hold none() {
      return new Hold(new CountDownLatch(0), new CountDownLatch(0));
    }
  }

  private Relay(ServerSocket server, int target) {
    this.server = server;
    this.target = target;
  }

  /** Starts one before the server of a URL. */
  static Relay before(String url) {
    try {
      ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Relay relay = new Relay(socket, URI.create(url).getPort());
      inBackground(relay::acceptAll);
      return relay;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens, ending in a slash. */
  String url() {
    return "http://127.0.0.1:" + server.getLocalPort() + "/";
  }

  /** How many bytes the server has sent, heads included. */
  long bytes() {
    return bytes.get();
  }

  /** Holds back what the server sends; its {@code arrived} tells that there is something. */
  Hold hold() {
    Hold next = new Hold(new CountDownLatch(1), new CountDownLatch(1));
    hold = next;
    return next;
  }

  private void acceptAll() {
    while (!closed.get()) {
      try {
        Socket client = server.accept();
        Socket onward = new Socket(InetAddress.getLoopbackAddress(), target);
        inBackground(() -> pass(client, onward, false));
        inBackground(() -> pass(onward, client, true));
      } catch (IOException expected) {
        // Closed; the loop's condition tells.
      }
    }
  }

  private void pass(Socket from, Socket to, boolean answers) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (answers) {
          Hold now = hold;
          now.arrived.countDown();
          now.letGo.await();
          bytes.addAndGet(n);
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException expected) {
      // One side has left; so does the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void inBackground(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closed.set(true);
    hold.letGo.countDown();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
