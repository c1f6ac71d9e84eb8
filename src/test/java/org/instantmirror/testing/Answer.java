package org.instantmirror.testing;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is to be answered to a request: RFC 9110 section 13.2.2's order of preconditions, then the
 * range, then what the behaviour changes.
 *
 * @param status the status code
 * @param fields all fields but those of the framing
 * @param body the bytes to send
 */
record Answer(int status, Fields fields, ByteBuffer body) {

  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  static Answer to(RecordedRequest request, FakeFile.Snapshot file) {
    Behaviour behaviour = file.behaviour();
    byte[] override = behaviour.body();
    if (behaviour.status() != 0 && override != null) {
      Fields bare = new Fields();
      bare.add("Date", FakeFile.httpDate(Instant.now()));
      return new Answer(behaviour.status(), bare, ByteBuffer.wrap(override));
    }
    Fields fields = file.fields();
    if (override != null) {
      return new Answer(200, fields, ByteBuffer.wrap(override));
    }
    int refused = behaviour.ignoresConditions() ? 0 : new Conditions(file).failure(request);
    if (refused != 0) {
      return new Answer(refused, fields, EMPTY);
    }
    return ranged(request, file, fields);
  }

  private static Answer ranged(RecordedRequest request, FakeFile.Snapshot file, Fields fields) {
    ByteBuffer content = file.content();
    int size = content.remaining();
    Answer whole = new Answer(200, fields, content);
    Optional<String> range = request.header("Range");
    if (range.isEmpty()
        || file.behaviour().ignoresRange()
        || !request.method().equals("GET")
        || !(file.behaviour().ignoresConditions() || new Conditions(file).rangeApplies(request))) {
      return whole;
    }
    int @Nullable [] bounds = bounds(range.get(), size);
    if (bounds == null) {
      return whole;
    }
    if (bounds[0] > bounds[1]) {
      fields.set("Content-Range", "bytes */" + size);
      return new Answer(416, fields, EMPTY);
    }
    fields.set("Content-Range", "bytes " + bounds[0] + "-" + bounds[1] + "/" + size);
    return new Answer(206, fields, content.slice(bounds[0], bounds[1] - bounds[0] + 1));
  }

  /** First and last byte, first after last if unsatisfiable; null where a server may answer 200. */
  private static int @Nullable [] bounds(String range, int size) {
    java.util.regex.Matcher matcher =
        java.util.regex.Pattern.compile("bytes=(\\d*)-(\\d*)").matcher(range);
    if (!matcher.matches() || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
      return null;
    }
    if (matcher.group(1).isEmpty()) {
      long suffix = Long.parseLong(matcher.group(2));
      return new int[] {(int) Math.max(0, size - suffix), suffix == 0 ? -1 : size - 1};
    }
    long first = Long.parseLong(matcher.group(1));
    long last = matcher.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(matcher.group(2));
    return new int[] {(int) Math.min(first, size), (int) Math.min(last, size - 1)};
  }

  boolean mayHaveBody() {
    return status != 204 && status != 304;
  }

  /** The head's fields: ours, the framing's, then the behaviour's changes. */
  Fields framed(Behaviour behaviour) {
    Fields framed = new Fields(fields);
    if (mayHaveBody()) {
      switch (behaviour.framing()) {
        case LENGTH -> framed.set("Content-Length", Integer.toString(body.remaining()));
        case CHUNKED, CHUNKED_WITHOUT_END -> framed.set("Transfer-Encoding", "chunked");
        case UNTIL_CLOSE -> framed.set("Connection", "close");
      }
    }
    behaviour.changeHeaders(framed);
    return framed;
  }

  /** The file's own validators against a request's conditions. */
  private record Conditions(@Nullable String etag, @Nullable Instant lastModified) {

    Conditions(FakeFile.Snapshot file) {
      this(
          file.fields().entries().stream()
              .filter(field -> field.getKey().equalsIgnoreCase("ETag"))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(null),
          file.lastModified());
    }

    /** 304 or 412, or 0 if the request may go on. */
    int failure(RecordedRequest request) {
      Optional<String> ifMatch = request.header("If-Match");
      Optional<String> ifNoneMatch = request.header("If-None-Match");
      if (ifMatch.isPresent() && !listed(ifMatch.get(), true)) {
        return 412;
      }
      Instant unmodifiedSince = instant(request, "If-Unmodified-Since");
      if (ifMatch.isEmpty()
          && unmodifiedSince != null
          && lastModified != null
          && lastModified.isAfter(unmodifiedSince)) {
        return 412;
      }
      if (ifNoneMatch.isPresent()) {
        return listed(ifNoneMatch.get(), false) ? 304 : 0;
      }
      Instant modifiedSince = instant(request, "If-Modified-Since");
      return modifiedSince != null && lastModified != null && !lastModified.isAfter(modifiedSince)
          ? 304
          : 0;
    }

    boolean rangeApplies(RecordedRequest request) {
      Optional<String> ifRange = request.header("If-Range");
      if (ifRange.isEmpty()) {
        return true;
      }
      String validator = ifRange.get();
      return validator.endsWith("\"")
          ? !validator.startsWith("W/") && validator.equals(etag)
          : lastModified != null && lastModified.equals(FakeFile.parseHttpDate(validator));
    }

    private boolean listed(String list, boolean strong) {
      if (list.strip().equals("*")) {
        return true;
      }
      if (etag == null || (strong && etag.startsWith("W/"))) {
        return false;
      }
      for (String tag : list.split("\\s*,\\s*", -1)) {
        boolean same = tag.replaceFirst("^W/", "").equals(etag.replaceFirst("^W/", ""));
        if (same && !(strong && tag.startsWith("W/"))) {
          return true;
        }
      }
      return false;
    }

    private static @Nullable Instant instant(RecordedRequest request, String name) {
      return request.header(name).map(FakeFile::parseHttpDate).orElse(null);
    }
  }
}
