package org.instantmirror.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * One download over one connection: asks, reads at its pace, and compares each byte that arrives
 * with the expected content. Never blocks. Used by the one thread of {@link LoadClients} only.
 */
final class LoadClient {
  /** How a download ended, or OPEN while it has not. */
  enum Outcome {
    OPEN,
    /** The whole announced body came, and every byte was compared (if there is an expectation). */
    COMPLETE,
    /** This client hung up on purpose. */
    LEFT,
    /** The server ended the connection before the body's end. */
    BROKEN_OFF,
    /** A byte or the length differs from what was expected. */
    WRONG,
    /** A status other than 200, or a response without Content-Length. */
    REFUSED,
    /** Could not connect, or the connection failed before the response's head. */
    UNREACHABLE
  }

  private final int number;
  private final Pace pace;
  private final ByteBuffer request;
  private final InetSocketAddress server;
  private final ExpectedBody expected;
  private final Runnable onEnd;
  private final StringBuilder headText = new StringBuilder(512);

  private SocketChannel channel;
  private SelectionKey key;
  private ResponseHead head;
  private long received;
  private long firstReadNanos;
  private long firstByteNanos = -1;
  private long endNanos = -1;
  private Outcome outcome = Outcome.OPEN;

  /** {@code onEnd} runs once, when the outcome is known. */
  LoadClient(int number, URI url, Pace pace, ExpectedBody expected, Runnable onEnd) {
    this.onEnd = onEnd;
    this.number = number;
    this.pace = pace;
    this.expected = expected;
    this.server = new InetSocketAddress(url.getHost(), url.getPort());
    String text =
        "GET "
            + url.getRawPath()
            + " HTTP/1.1\r\nHost: "
            + url.getRawAuthority()
            + "\r\nUser-Agent: bench\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    this.request = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  void start(Selector selector, long now) {
    try {
      channel = SocketChannel.open();
      channel.configureBlocking(false);
      if (pace.limited()) {
        // Before connect: afterwards it would not shrink the window that the handshake announced.
        channel.setOption(StandardSocketOptions.SO_RCVBUF, pace.receiveBuffer());
      }
      boolean connected = channel.connect(server);
      key =
          channel.register(
              selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, this);
    } catch (IOException e) {
      end(Outcome.UNREACHABLE, now);
    }
  }

  /** Does what the channel is ready for; {@code buffer} is scratch space shared by all clients. */
  void ready(ByteBuffer buffer, long now) {
    try {
      if (key.isConnectable() && channel.finishConnect()) {
        key.interestOps(SelectionKey.OP_WRITE);
      } else if (key.isWritable()) {
        channel.write(request);
        if (!request.hasRemaining()) {
          firstReadNanos = now;
          key.interestOps(SelectionKey.OP_READ);
        }
      } else if (key.isReadable()) {
        read(buffer, now);
      }
    } catch (IOException e) {
      end(head == null ? Outcome.UNREACHABLE : Outcome.BROKEN_OFF, now);
    } catch (RuntimeException unreadableHead) {
      end(Outcome.REFUSED, now);
    }
  }

  private void read(ByteBuffer buffer, long now) throws IOException {
    buffer.clear();
    if (pace.limited()) {
      long allowance = pace.allowed(now - firstReadNanos) - received;
      if (allowance < pace.gulp()) {
        key.interestOps(0);
        return;
      }
      buffer.limit((int) Math.min(allowance, buffer.capacity()));
    }
    if (channel.read(buffer) < 0) {
      end(head == null ? Outcome.UNREACHABLE : Outcome.BROKEN_OFF, now);
      return;
    }
    buffer.flip();
    if (head == null && ResponseHead.collect(buffer, headText)) {
      head = ResponseHead.parse(headText);
      if (head.status() != 200 || head.contentLength() < 0) {
        end(Outcome.REFUSED, now);
        return;
      }
      if (!expected.hasLength(head.contentLength())) {
        end(Outcome.WRONG, now);
        return;
      }
    }
    if (head != null && buffer.hasRemaining()) {
      body(buffer, now);
    }
  }

  private void body(ByteBuffer bytes, long now) {
    if (firstByteNanos < 0) {
      firstByteNanos = now;
    }
    int count = bytes.remaining();
    if (received + count > head.contentLength() || !expected.matches(received, bytes)) {
      end(Outcome.WRONG, now);
      return;
    }
    received += count;
    if (received == head.contentLength()) {
      // The time after the read, not of the select before it: a read of the last bytes may be one
      // of hundreds after the same select.
      end(Outcome.COMPLETE, System.nanoTime());
    }
  }

  /** Whether the client has paused to keep its pace. */
  boolean pausing() {
    return outcome == Outcome.OPEN && key != null && key.isValid() && key.interestOps() == 0;
  }

  /** When a pausing client may read its next gulp, on the clock of {@code now}. */
  long nextReadNanos() {
    return firstReadNanos + pace.whenAllowed(received + pace.gulp());
  }

  void resume() {
    if (pausing()) {
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  void leave(long now) {
    if (outcome == Outcome.OPEN) {
      end(Outcome.LEFT, now);
    }
  }

  /** Closes a connection that is still open without changing its outcome. */
  void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException ignored) {
        // The connection is given up; nothing depends on how.
      }
    }
  }

  private void end(Outcome how, long now) {
    outcome = how;
    endNanos = now;
    close();
    onEnd.run();
  }

  int number() {
    return number;
  }

  Outcome outcome() {
    return outcome;
  }

  /** Whether the request has been sent. */
  boolean asked() {
    return !request.hasRemaining();
  }

  int status() {
    return head == null ? 0 : head.status();
  }

  /** Bytes of body received. */
  long received() {
    return received;
  }

  /** When the first byte of the body came, or -1. */
  long firstByteNanos() {
    return firstByteNanos;
  }

  /** When the outcome was known, or -1. */
  long endNanos() {
    return endNanos;
  }
}
