package org.instantmirror.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link FakeUpstream} answers one request: properly, or with the named faults. Immutable;
 * each method returns a changed copy, so faults can be combined:
 *
 * <pre>{@code
 * upstream.file("/a.rpm", bytes).next(Behaviour.proper().chunked().cutAfter(100));
 * }</pre>
 */
public final class Behaviour {

  enum Framing {
    LENGTH,
    CHUNKED,
    CHUNKED_WITHOUT_END,
    UNTIL_CLOSE
  }

  enum Ending {
    PROPER,
    CUT,
    RESET,
    STALL
  }

  /** A change to the computed header fields. */
  private final List<Consumer<Fields>> headerChanges = new ArrayList<>();

  private int status;
  private byte @Nullable [] body;
  private byte @Nullable [] raw;
  private Framing framing = Framing.LENGTH;
  private Ending ending = Ending.PROPER;
  private long endingAt;
  private boolean ignoresRange;
  private boolean ignoresConditions;
  private boolean closes;
  private boolean hangs;
  private @Nullable Gate headGate;
  private @Nullable Gate bodyGate;

  private Behaviour() {}

  /** By the book: ranges and conditions honoured, Content-Length, connection kept alive. */
  public static Behaviour proper() {
    return new Behaviour();
  }

  /** That status with a short text for a body and no validators (no body for 204 and 304). */
  public static Behaviour status(int status) {
    return status(status, status == 204 || status == 304 ? "" : "status " + status + "\n");
  }

  /** That status, whatever was asked, with that text for a body and no validators. */
  public static Behaviour status(int status, String text) {
    return answer(status, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  /** That status, whatever was asked, with that body and no validators. */
  public static Behaviour answer(int status, String contentType, byte[] body) {
    return proper()
        .change(
            copy -> {
              copy.status = status;
              copy.body = body.clone();
            })
        .header("Content-Type", contentType);
  }

  /** A redirect; {@code location} is sent as it is. */
  public static Behaviour redirect(int status, String location) {
    return status(status).header("Location", location);
  }

  /** 200 with a web page in place of the file, as captive portals do. */
  public static Behaviour html() {
    return answer(
        200,
        "text/html; charset=utf-8",
        "<!DOCTYPE html><html><body>Please log in</body></html>\n"
            .getBytes(StandardCharsets.UTF_8));
  }

  /** 200 with no byte in place of the file. */
  public static Behaviour empty() {
    return proper().change(copy -> copy.body = new byte[0]);
  }

  /** 206 with the part from {@code first} to {@code last} (inclusive), whatever was asked. */
  public static Behaviour partial(byte[] content, int first, int last) {
    byte[] part = java.util.Arrays.copyOfRange(content, first, last + 1);
    return answer(206, "application/octet-stream", part)
        .header("Content-Range", "bytes " + first + "-" + last + "/" + content.length);
  }

  /** Exactly these bytes, then the connection is closed; no bytes: closed without an answer. */
  public static Behaviour raw(byte[] bytes) {
    return proper().change(copy -> copy.raw = bytes.clone());
  }

  /** Exactly these characters (ISO 8859-1), then the connection is closed. */
  public static Behaviour raw(String text) {
    return raw(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Closes the connection in place of an answer. */
  public static Behaviour noAnswer() {
    return raw("");
  }

  /** Reads the request and never answers, until the client leaves or the upstream is stopped. */
  public static Behaviour hang() {
    return proper().change(copy -> copy.hangs = true);
  }

  /** Body bytes go out as the gate releases them. */
  public Behaviour gated(Gate gate) {
    return change(copy -> copy.bodyGate = gate);
  }

  /** The head is held back until the gate has released anything. */
  public Behaviour headGated(Gate gate) {
    return change(copy -> copy.headGate = gate);
  }

  /** Sends these bytes for a body, whatever status and fields say. */
  public Behaviour body(byte[] bytes) {
    return change(copy -> copy.body = bytes.clone());
  }

  /** Closes the connection after that many body bytes of this answer, whatever was announced. */
  public Behaviour cutAfter(long bytes) {
    return ending(Ending.CUT, bytes);
  }

  /** Resets (RST) the connection after that many body bytes of this answer. */
  public Behaviour resetAfter(long bytes) {
    return ending(Ending.RESET, bytes);
  }

  /** Sends nothing more after that many body bytes of this answer, until the client leaves. */
  public Behaviour stallAfter(long bytes) {
    return ending(Ending.STALL, bytes);
  }

  /** {@code Transfer-Encoding: chunked}, no Content-Length. */
  public Behaviour chunked() {
    return change(copy -> copy.framing = Framing.CHUNKED);
  }

  /** Chunked, and closed where the last chunk is due. */
  public Behaviour chunkedWithoutEnd() {
    return change(copy -> copy.framing = Framing.CHUNKED_WITHOUT_END);
  }

  /** No length at all: the body ends where the connection is closed. */
  public Behaviour untilClose() {
    return change(copy -> copy.framing = Framing.UNTIL_CLOSE);
  }

  /** Claims these Content-Lengths, one field each, whatever is sent; then closes. */
  public Behaviour contentLength(String... claimed) {
    Behaviour copy = withoutHeader("Content-Length").closing();
    for (String value : claimed) {
      copy = copy.addHeader("Content-Length", value);
    }
    return copy;
  }

  /** Answers ranges with 200 and the whole. */
  public Behaviour ignoringRange() {
    return change(copy -> copy.ignoresRange = true);
  }

  /** Sends the file whatever If-None-Match and the like say; If-Range is taken as matching. */
  public Behaviour ignoringConditions() {
    return change(copy -> copy.ignoresConditions = true);
  }

  /** Says {@code Connection: close} and does. */
  public Behaviour closing() {
    return change(copy -> copy.closes = true).header("Connection", "close");
  }

  /** Keeps quiet about it and closes the connection after the answer. */
  public Behaviour closingSilently() {
    return change(copy -> copy.closes = true);
  }

  /** Replaces a computed field, or the file's own; sent as it is, control characters included. */
  public Behaviour header(String name, String value) {
    return change(copy -> copy.headerChanges.add(fields -> fields.set(name, value)));
  }

  /** Adds a field beside those of the same name. */
  public Behaviour addHeader(String name, String value) {
    return change(copy -> copy.headerChanges.add(fields -> fields.add(name, value)));
  }

  /** Leaves a field out. */
  public Behaviour withoutHeader(String name) {
    return change(copy -> copy.headerChanges.add(fields -> fields.remove(name)));
  }

  /** The overriding status, or 0. */
  int status() {
    return status;
  }

  byte @Nullable [] body() {
    return body;
  }

  byte @Nullable [] rawAnswer() {
    return raw;
  }

  Framing framing() {
    return framing;
  }

  Ending ending() {
    return ending;
  }

  long endingAt() {
    return endingAt;
  }

  boolean ignoresRange() {
    return ignoresRange;
  }

  boolean ignoresConditions() {
    return ignoresConditions;
  }

  boolean closes() {
    return closes
        || ending != Ending.PROPER
        || framing == Framing.UNTIL_CLOSE
        || framing == Framing.CHUNKED_WITHOUT_END;
  }

  boolean hangs() {
    return hangs;
  }

  @Nullable Gate headGate() {
    return headGate;
  }

  @Nullable Gate bodyGate() {
    return bodyGate;
  }

  void changeHeaders(Fields fields) {
    headerChanges.forEach(change -> change.accept(fields));
  }

  private Behaviour ending(Ending how, long bytes) {
    return change(
        copy -> {
          copy.ending = how;
          copy.endingAt = bytes;
        });
  }

  private Behaviour change(Consumer<Behaviour> change) {
    Behaviour copy = new Behaviour();
    copy.headerChanges.addAll(headerChanges);
    copy.status = status;
    copy.body = body;
    copy.raw = raw;
    copy.framing = framing;
    copy.ending = ending;
    copy.endingAt = endingAt;
    copy.ignoresRange = ignoresRange;
    copy.ignoresConditions = ignoresConditions;
    copy.closes = closes;
    copy.hangs = hangs;
    copy.headGate = headGate;
    copy.bodyGate = bodyGate;
    change.accept(copy);
    return copy;
  }
}
