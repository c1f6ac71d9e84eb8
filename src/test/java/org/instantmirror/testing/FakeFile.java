package org.instantmirror.testing;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file of a {@link FakeUpstream}: its content and header fields, and how requests for it are
 * answered. May be changed while the upstream runs; a request sees one state. Thread-safe.
 */
public final class FakeFile {

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  // All guarded by this.
  private byte[] content;
  private Fields fields = new Fields();
  private final Set<String> omitted = new HashSet<>();
  private @Nullable Instant lastModified;
  private Behaviour usual = Behaviour.proper();
  private final Deque<Behaviour> next = new ArrayDeque<>();

  FakeFile(byte[] content) {
    this.content = content.clone();
  }

  /** What one request sees. */
  record Snapshot(
      ByteBuffer content, Fields fields, @Nullable Instant lastModified, Behaviour behaviour) {}

  synchronized Snapshot answerNext() {
    Behaviour behaviour = next.isEmpty() ? usual : next.remove();
    Fields sent = new Fields(fields);
    addDefault(sent, "Date", HTTP_DATE.format(Instant.now()));
    addDefault(sent, "Content-Type", "application/octet-stream");
    addDefault(sent, "Accept-Ranges", "bytes");
    return new Snapshot(ByteBuffer.wrap(content), sent, lastModified, behaviour);
  }

  private void addDefault(Fields sent, String name, String value) {
    if (!sent.has(name) && !omitted.contains(name.toLowerCase(Locale.ROOT))) {
      sent.add(name, value);
    }
  }

  /** The next request not yet accounted for is answered like this; further calls queue up. */
  public synchronized FakeFile next(Behaviour behaviour) {
    next.add(behaviour);
    return this;
  }

  /** All requests after those of {@link #next} are answered like this. */
  public synchronized FakeFile always(Behaviour behaviour) {
    usual = behaviour;
    return this;
  }

  /** Other bytes under the same name; the header fields stay until changed. */
  public synchronized FakeFile content(byte[] bytes) {
    content = bytes.clone();
    return this;
  }

  /** Other bytes and validators under the same name, all at once. */
  public synchronized FakeFile revise(byte[] bytes, Instant modified, String etag) {
    return content(bytes).lastModified(modified).etag(etag);
  }

  /** Sends Last-Modified, and honours If-Modified-Since and the like by it. */
  public synchronized FakeFile lastModified(Instant instant) {
    lastModified = Instant.ofEpochSecond(instant.getEpochSecond());
    return header("Last-Modified", HTTP_DATE.format(instant));
  }

  /** Sends an ETag, quotes (and {@code W/}) included, and honours If-None-Match and the like. */
  public synchronized FakeFile etag(String field) {
    return header("ETag", field);
  }

  /** Sends that Content-Type in place of {@code application/octet-stream}. */
  public synchronized FakeFile contentType(String field) {
    return header("Content-Type", field);
  }

  /** Sends that Date in place of the present. */
  public synchronized FakeFile date(Instant instant) {
    return header("Date", HTTP_DATE.format(instant));
  }

  /**
   * Sends that field as it is, in place of one of that name. (A Last-Modified set here, garbage for
   * instance, takes no part in conditions.)
   */
  public synchronized FakeFile header(String name, String value) {
    omitted.remove(name.toLowerCase(Locale.ROOT));
    fields.set(name, value);
    return this;
  }

  /** Sends no such field (Last-Modified, ETag, Date, Content-Type, Accept-Ranges). */
  public synchronized FakeFile withoutHeader(String name) {
    fields.remove(name);
    if (name.equalsIgnoreCase("Last-Modified")) {
      lastModified = null;
    }
    omitted.add(name.toLowerCase(Locale.ROOT));
    return this;
  }

  /** The field value for an instant (RFC 9110 section 5.6.7). */
  static String httpDate(Instant instant) {
    return HTTP_DATE.format(instant);
  }

  static @Nullable Instant parseHttpDate(String field) {
    try {
      return Instant.from(HTTP_DATE.parse(field));
    } catch (java.time.format.DateTimeParseException e) {
      return null;
    }
  }
}
