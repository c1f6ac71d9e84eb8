package org.instantmirror.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One client's connection to a {@link FakeUpstream}; one thread. */
final class FakeConnection implements Runnable {

  private static final int BLOCK = 8192;

  private final FakeUpstream upstream;
  private final Socket socket;

  FakeConnection(FakeUpstream upstream, Socket socket) {
    this.upstream = upstream;
    this.socket = socket;
  }

  @Override
  public void run() {
    try (socket) {
      socket.setTcpNoDelay(true);
      BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      boolean goesOn = true;
      while (goesOn) {
        Optional<RecordedRequest> request = RecordedRequest.read(in);
        goesOn = request.isPresent() && answer(request.get(), in, out);
      }
    } catch (IOException e) {
      // The client left, or the upstream was stopped: nothing to tell anybody.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      upstream.gone(socket);
    }
  }

  /** Returns whether the connection goes on. */
  private boolean answer(RecordedRequest request, BufferedInputStream in, OutputStream out)
      throws IOException, InterruptedException {
    FakeFile.Snapshot file = upstream.record(request);
    Behaviour behaviour = file.behaviour();
    if (behaviour.hangs() || upstream.isHanging()) {
      awaitClientsEnd(in);
      return false;
    }
    Gate headGate = behaviour.headGate();
    if (headGate != null) {
      headGate.arrive();
      headGate.pass();
    }
    byte[] raw = behaviour.rawAnswer();
    if (raw != null) {
      out.write(raw);
      out.flush();
      return false;
    }
    Answer answer = Answer.to(request, file);
    writeHead(answer, behaviour, out);
    if (!request.method().equals("HEAD") && answer.mayHaveBody()) {
      writeBody(request, answer, behaviour, out);
      end(behaviour, in);
    }
    boolean clientCloses =
        request.header("Connection").orElse("").toLowerCase(Locale.ROOT).contains("close");
    return !behaviour.closes() && !clientCloses;
  }

  private static void writeHead(Answer answer, Behaviour behaviour, OutputStream out)
      throws IOException {
    StringBuilder head = new StringBuilder();
    head.append("HTTP/1.1 ").append(answer.status()).append(" Status\r\n");
    for (Map.Entry<String, String> field : answer.framed(behaviour).entries()) {
      head.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
    }
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private void writeBody(
      RecordedRequest request, Answer answer, Behaviour behaviour, OutputStream out)
      throws IOException, InterruptedException {
    boolean proper = behaviour.ending() == Behaviour.Ending.PROPER;
    ByteBuffer body = answer.body().duplicate();
    if (!proper) {
      body.limit(body.position() + (int) Math.min(body.remaining(), behaviour.endingAt()));
    }
    boolean chunked =
        behaviour.framing() == Behaviour.Framing.CHUNKED
            || behaviour.framing() == Behaviour.Framing.CHUNKED_WITHOUT_END;
    Gate gate = behaviour.bodyGate();
    if (gate != null) {
      gate.arrive();
    }
    byte[] bytes = new byte[BLOCK];
    while (body.hasRemaining()) {
      int block = Math.min(BLOCK, body.remaining());
      if (gate != null) {
        block = gate.take(block);
      }
      if (chunked) {
        out.write((Integer.toHexString(block) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      }
      body.get(bytes, 0, block);
      out.write(bytes, 0, block);
      if (chunked) {
        out.write(new byte[] {'\r', '\n'});
      }
      out.flush();
      upstream.sent(request, block);
    }
    if (proper && behaviour.framing() == Behaviour.Framing.CHUNKED) {
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
  }

  private void end(Behaviour behaviour, BufferedInputStream in) throws IOException {
    switch (behaviour.ending()) {
      case PROPER, CUT -> {}
      case RESET -> socket.setSoLinger(true, 0);
      case STALL -> awaitClientsEnd(in);
    }
  }

  /** Blocks until the client closes or the upstream is stopped; whatever it sends is dropped. */
  private static void awaitClientsEnd(BufferedInputStream in) throws IOException {
    byte[] dropped = new byte[BLOCK];
    int count = 0;
    while (count >= 0) {
      count = in.read(dropped);
    }
  }
}
