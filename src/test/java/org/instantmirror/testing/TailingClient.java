package org.instantmirror.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * A client that reads a response as far as it is told, and rests: a slow one, or one of a herd that
 * a single thread drives. One thread.
 */
public final class TailingClient implements AutoCloseable {

  /** So small that a resting client soon blocks its sender. */
  public static final int SMALL_BUFFER = 4096;

  private final RawClient client;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  private TailingClient(RawClient client) {
    this.client = client;
  }

  /** Asks for a file of repository {@code repo}, and reads nothing yet. */
  public static TailingClient ask(RunningMirror mirror, String path, String... fields)
      throws IOException {
    return ask(new RawClient(mirror.port()), path, fields);
  }

  /** Asks for a file of any repository. */
  public static TailingClient askFor(RunningMirror mirror, String target) throws IOException {
    RawClient client = new RawClient(mirror.port());
    client.send("GET", target);
    return new TailingClient(client);
  }

  /** The same with a small receive buffer. */
  public static TailingClient askSlowly(RunningMirror mirror, String path, String... fields)
      throws IOException {
    return ask(new RawClient(mirror.port(), SMALL_BUFFER), path, fields);
  }

  private static TailingClient ask(RawClient client, String path, String... fields)
      throws IOException {
    client.send("GET", "/mirror/repo/" + path, fields);
    return new TailingClient(client);
  }

  /** Waits for status line and fields. */
  public RawClient.Head head() throws IOException {
    return client.receiveHead();
  }

  /** Waits until that many bytes of the body have come; a body of a known length only. */
  public void readTo(int position) throws IOException {
    body.writeBytes(client.readBody(position - body.size()));
  }

  /** All bytes read so far. */
  public byte[] body() {
    return body.toByteArray();
  }

  /** Whether what was read is the beginning of {@code whole}, and at least that long. */
  public boolean hasBeginningOf(byte[] whole, int atLeast) {
    byte[] read = body();
    return read.length >= atLeast
        && read.length <= whole.length
        && Arrays.equals(read, 0, read.length, whole, 0, read.length);
  }

  /** Hangs up. */
  @Override
  public void close() throws IOException {
    client.close();
  }
}
