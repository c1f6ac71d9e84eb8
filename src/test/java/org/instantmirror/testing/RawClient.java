package org.instantmirror.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client that sends what it is told to the letter and reports what it receives, breaks
 * included; client libraries do neither. One connection, used by one thread.
 */
public final class RawClient implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 40_000;

  private final Socket socket;
  private final InputStream in;

  /** Connects to a port of this machine. */
  public RawClient(int port) throws IOException {
    this(port, 0);
  }

  /**
   * Connects with a receive buffer of that size, for clients that are to be slow.
   *
   * @param receiveBuffer in bytes, 0 for the system's choice
   */
  public RawClient(int port, int receiveBuffer) throws IOException {
    this(InetAddress.getLoopbackAddress(), port, receiveBuffer);
  }

  private RawClient(InetAddress from, int port, int receiveBuffer) throws IOException {
    socket = new Socket();
    socket.bind(new InetSocketAddress(from, 0));
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    in = socket.getInputStream();
  }

  /**
   * Connects from another address.
   *
   * @param from a loopback address
   */
  public static RawClient from(InetAddress from, int port) throws IOException {
    return new RawClient(from, port, 0);
  }

  /** One GET on a connection of its own. */
  public static RawResponse get(int port, String target, String... fields) throws IOException {
    return request(port, "GET", target, fields);
  }

  /**
   * One GET from another address, for mirrors that tell clients apart by it.
   *
   * @param from a loopback address
   */
  public static RawResponse getFrom(InetAddress from, int port, String target, String... fields)
      throws IOException {
    try (RawClient client = from(from, port)) {
      client.send("GET", target, fields);
      return client.receive("GET");
    }
  }

  /** One request on a connection of its own. */
  public static RawResponse request(int port, String method, String target, String... fields)
      throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send(method, target, fields);
      return client.receive(method);
    }
  }

  /** Sends a request without a body. */
  public void send(String method, String target, String... fields) throws IOException {
    StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    head.append("Host: 127.0.0.1:").append(socket.getPort()).append("\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    sendRaw(head.append("\r\n").toString());
  }

  /** Sends text as it is, one byte a character. */
  public void sendRaw(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Receives one response, to its end or break. */
  public RawResponse receive(String method) throws IOException {
    return receiveBody(receiveHead(), method);
  }

  /** Receives what follows a head, to its end or break. */
  public RawResponse receiveBody(Head head, String method) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    boolean bodiless =
        method.equals("HEAD") || head.status == 204 || head.status == 304 || head.status / 100 == 1;
    boolean complete = true;
    boolean byClosing = false;
    if (!bodiless) {
      String length = head.field("content-length");
      boolean chunked = "chunked".equalsIgnoreCase(head.field("transfer-encoding"));
      byClosing = length == null && !chunked;
      try {
        complete =
            chunked ? readChunks(body) : read(body, length == null ? null : Long.valueOf(length));
      } catch (SocketException reset) {
        complete = false;
      }
    }
    return new RawResponse(
        head.status, head.fields, new RawResponse.Content(body.toByteArray()), complete, byClosing);
  }

  /** Status line and fields of a response. */
  public record Head(int status, List<Map.Entry<String, String>> fields) {
    /** The first field of that name, lower case; null if there is none. */
    public @Nullable String field(String name) {
      return fields.stream()
          .filter(field -> field.getKey().toLowerCase(Locale.ROOT).equals(name))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse(null);
    }
  }

  /** Receives status line and fields only; the body can be read with {@link #readBody}. */
  public Head receiveHead() throws IOException {
    String statusLine = line();
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      fields.add(Map.entry(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
    return new Head(Integer.parseInt(statusLine.substring(9, 12)), fields);
  }

  /** Reads some bytes of a body; fewer only at its end or break. */
  public byte[] readBody(int bytes) throws IOException {
    return in.readNBytes(bytes);
  }

  private boolean read(ByteArrayOutputStream body, @Nullable Long length) throws IOException {
    byte[] buffer = new byte[16 * 1024];
    while (length == null || body.size() < length) {
      long wanted = length == null ? buffer.length : length - body.size();
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, wanted));
      if (n < 0) {
        return false;
      }
      body.write(buffer, 0, n);
    }
    return true;
  }

  private boolean readChunks(ByteArrayOutputStream body) throws IOException {
    try {
      while (true) {
        int size = Integer.parseInt(line().strip(), 16);
        if (size == 0) {
          return line().isEmpty();
        }
        byte[] chunk = in.readNBytes(size);
        body.write(chunk, 0, chunk.length);
        if (chunk.length < size) {
          return false;
        }
        line();
      }
    } catch (EOFException cut) {
      return false;
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("the connection was closed");
      }
      if (c == '\n') {
        return line.toString();
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
  }

  /** Whether the server has closed the connection (waits for that, or for a byte). */
  public boolean isClosedByServer() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
