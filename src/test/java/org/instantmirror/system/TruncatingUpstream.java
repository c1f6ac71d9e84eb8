package org.instantmirror.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An upstream that promises a whole package and closes the connection in its middle, each time; a
 * resume gets a head and nothing more. One connection at a time, one request a connection.
 */
final class TruncatingUpstream implements AutoCloseable {
  /** How the promise is made. */
  enum Framing {
    /** {@code Content-Length} is more than what comes. */
    CONTENT_LENGTH,
    /** The last chunk doesn't come. */
    CHUNKED
  }

  /** The length that it promises. */
  static final int PROMISED = 32 << 20;

  /** The length after which it closes the connection. */
  static final int SENT = 16 << 20;

  private static final String DATE = "Tue, 02 Jan 2024 03:04:05 GMT";

  private final ServerSocket server;
  private final Framing framing;
  private final byte[] body = new byte[SENT];
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread thread = new Thread(this::acceptAll, "truncating-upstream");

  private TruncatingUpstream(Framing framing) throws IOException {
    this.framing = framing;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    new Random(7).nextBytes(body);
    // The lead of an RPM: without it a mirror may refuse the body for what it is.
    byte[] magic = {(byte) 0xED, (byte) 0xAB, (byte) 0xEE, (byte) 0xDB};
    System.arraycopy(magic, 0, body, 0, magic.length);
  }

  static TruncatingUpstream start(Framing framing) {
    try {
      TruncatingUpstream upstream = new TruncatingUpstream(framing);
      upstream.thread.setDaemon(true);
      upstream.thread.start();
      return upstream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The root, ending in a slash; every file below it is cut. */
  String url() {
    return "http://127.0.0.1:" + server.getLocalPort() + "/";
  }

  private void acceptAll() {
    while (!closed.get()) {
      try (Socket socket = server.accept()) {
        answer(socket);
      } catch (IOException expected) {
        // A client that left is no fault; that this server was closed, the loop's condition tells.
      }
    }
  }

  private void answer(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    String requestLine = in.readLine();
    if (requestLine == null) {
      return;
    }
    int offset = 0;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      String header = line.toLowerCase(Locale.ROOT);
      if (header.startsWith("range: bytes=")) {
        offset = Integer.parseInt(header.replaceAll("\\D+(\\d+)-.*", "$1"));
      }
    }
    OutputStream out = socket.getOutputStream();
    boolean hasBody = !requestLine.startsWith("HEAD ");
    write(out, head(offset));
    if (hasBody && offset < SENT) {
      sendBody(out, offset);
    }
    out.flush();
  }

  private String head(int offset) {
    String range = "Content-Range: bytes %d-%d/%d\r\n".formatted(offset, PROMISED - 1, PROMISED);
    String length =
        framing == Framing.CHUNKED
            ? "Transfer-Encoding: chunked\r\n"
            : "Content-Length: " + (PROMISED - offset) + "\r\n";
    return (offset == 0 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 206 Partial Content\r\n" + range)
        + length
        + "Content-Type: application/x-rpm\r\nETag: \"cut\"\r\nLast-Modified: "
        + DATE
        + "\r\n\r\n";
  }

  private void sendBody(OutputStream out, int offset) throws IOException {
    byte[] rest = Arrays.copyOfRange(body, offset, SENT);
    if (framing == Framing.CHUNKED) {
      write(out, Integer.toHexString(rest.length) + "\r\n");
    }
    out.write(rest);
    if (framing == Framing.CHUNKED) {
      write(out, "\r\n");
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() {
    closed.set(true);
    try {
      server.close();
      thread.join(5_000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
