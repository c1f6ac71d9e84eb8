package org.instantmirror.store;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ByteRanges;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside the bytes of a partial entry, so that another process can resume it or finish
 * its commit. As text:
 *
 * <pre>
 * file  = "instantmirror partial 1" LF *(name "=" value LF) "crc32=" hex LF
 * value = as in application/x-www-form-urlencoded; a field that is absent has no line
 * </pre>
 *
 * The checksum is over all before its line; a file that doesn't match it counts as absent (after a
 * power cut it may be empty). {@code forced} is the number of bytes from the first one on, {@code
 * ranges} what lies ahead of them: a reader that doesn't know this field, as there have been, cuts
 * the file at the former, which is right; and a file without the field has nothing ahead.
 *
 * @param length total length in bytes, or -1
 * @param forced the bytes that are certainly on disk
 * @param complete the entry as it will stand in the tree, once all bytes are on disk; it becomes
 *     true with the rename
 */
record Sidecar(
    EntryKey key,
    Head head,
    long length,
    URI source,
    ByteRanges forced,
    @Nullable StoredEntry complete) {

  private static final String MAGIC = "instantmirror partial 1\n";
  private static final String CHECKSUM = "crc32=";

  Sidecar forcedTo(ByteRanges bytes) {
    return new Sidecar(key, head, length, source, bytes, complete);
  }

  Sidecar completedAs(StoredEntry entry) {
    return new Sidecar(key, head, length, source, ByteRanges.before(entry.file().size()), entry);
  }

  /**
   * Whether the rest may be asked for: the total is known, and a strong validator says that it is
   * of the same file (RFC 9110 section 13.1.5).
   */
  boolean isResumable() {
    return length > 0 && (head.hasStrongEtag() || head.hasStrongLastModified());
  }

  /**
   * With which bytes to go on: those that are on disk, yet with one to ask for, so that upstream is
   * asked whether the file is still the same. To be asked only where it {@link #isResumable}.
   */
  ByteRanges resumeWith() {
    if (forced.endFrom(0) >= length) {
      return ByteRanges.before(length - 1);
    }
    return forced.end() <= length
        ? forced
        : forced.without(new ByteRange(length, forced.end() - 1));
  }

  byte[] encode() {
    StringBuilder text = new StringBuilder(MAGIC);
    put(text, "repo", key.repo());
    put(text, "path", key.path());
    put(text, "etag", head.etag());
    put(text, "lastModified", head.lastModified());
    put(text, "date", head.date());
    put(text, "contentType", head.contentType());
    put(text, "length", length);
    put(text, "source", source);
    long whole = forced.endFrom(0);
    put(text, "forced", whole);
    if (forced.end() > whole) {
      put(text, "ranges", forced.without(new ByteRange(0, whole)));
    }
    if (complete != null) {
      put(text, "size", complete.file().size());
      put(text, "modified", complete.file().modified());
      put(text, "inode", complete.file().inode());
      put(text, "fetchedAt", complete.fetchedAt());
      put(text, "checksum", complete.checksum());
    }
    return (text + CHECKSUM + checksum(text.toString()) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void put(StringBuilder text, String name, @Nullable Object value) {
    if (value != null) {
      text.append(name)
          .append('=')
          .append(URLEncoder.encode(value.toString(), StandardCharsets.UTF_8))
          .append('\n');
    }
  }

  /** Empty if that isn't what {@link #encode} wrote. */
  static Optional<Sidecar> decode(byte[] content) {
    String text = new String(content, StandardCharsets.UTF_8);
    int end = text.lastIndexOf(CHECKSUM);
    if (end < 0
        || !text.startsWith(MAGIC)
        || !text.substring(end).equals(CHECKSUM + checksum(text.substring(0, end)) + "\n")) {
      return Optional.empty();
    }
    Map<String, String> fields = new LinkedHashMap<>();
    text.substring(MAGIC.length(), end)
        .lines()
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              fields.put(
                  line.substring(0, Math.max(0, equals)),
                  URLDecoder.decode(line.substring(equals + 1), StandardCharsets.UTF_8));
            });
    try {
      return Optional.of(of(new Fields(fields)));
    } catch (RuntimeException e) {
      // Whole, but of another version of this class or of another rule for paths.
      return Optional.empty();
    }
  }

  private static Sidecar of(Fields fields) {
    EntryKey key = new EntryKey(new RepoId(fields.text("repo")), fields.text("path"));
    Head head =
        new Head(
            EntityTag.parse(fields.optional("etag")).orElse(null),
            fields.optionalInstant("lastModified"),
            fields.optionalInstant("date"),
            fields.optional("contentType"));
    URI source = URI.create(fields.text("source"));
    return new Sidecar(
        key,
        head,
        fields.number("length"),
        source,
        forced(fields),
        fields.optional("inode") == null ? null : entry(fields, key, head, source));
  }

  private static ByteRanges forced(Fields fields) {
    String ahead = fields.optional("ranges");
    return ByteRanges.before(fields.number("forced"))
        .with(ahead == null ? ByteRanges.NONE : ByteRanges.parse(ahead));
  }

  private static StoredEntry entry(Fields fields, EntryKey key, Head head, URI source) {
    Instant fetchedAt = Instant.parse(fields.text("fetchedAt"));
    FileIdentity file =
        new FileIdentity(
            fields.number("size"), Instant.parse(fields.text("modified")), fields.text("inode"));
    return new StoredEntry(
        key,
        file,
        head,
        StoredEntry.Origin.FETCHED,
        source,
        fetchedAt,
        fetchedAt,
        null,
        Checksum.parse(fields.optional("checksum")).orElse(null));
  }

  private static String checksum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }

  private record Fields(Map<String, String> values) {
    @Nullable String optional(String name) {
      return values.get(name);
    }

    String text(String name) {
      String value = values.get(name);
      if (value == null) {
        throw new IllegalArgumentException("no " + name);
      }
      return value;
    }

    long number(String name) {
      return Long.parseLong(text(name));
    }

    @Nullable Instant optionalInstant(String name) {
      String value = values.get(name);
      return value == null ? null : Instant.parse(value);
    }
  }
}
