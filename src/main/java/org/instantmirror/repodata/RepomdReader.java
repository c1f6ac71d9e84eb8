package org.instantmirror.repodata;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code repomd.xml}. Its form, as far as it is used here:
 *
 * <pre>
 * repomd = *( revision | data | any other )
 * data   = @type *( location | checksum | size | open-checksum | open-size
 *                 | header-checksum | header-size | timestamp | any other )
 * </pre>
 *
 * Stateless, so safe for all threads.
 */
public final class RepomdReader {
  private static final int MAX_CHARS = 1024;

  private RepomdReader() {}

  /**
   * Reads the whole file.
   *
   * @param in read to its end and left open
   * @param file names it in messages
   * @throws RepodataException if it is no such file, or beyond the limits
   * @throws IOException of the stream
   */
  public static Repomd read(InputStream in, String file, ReadLimits limits) throws IOException {
    try (XmlCursor cursor = XmlCursor.open(in, file, "repomd", limits)) {
      String revision = null;
      List<RepomdPart> parts = new ArrayList<>();
      while (cursor.nextChild(1)) {
        if (cursor.name().equals("revision")) {
          String text = cursor.text(MAX_CHARS);
          revision = text.isEmpty() ? null : text;
        } else if (cursor.name().equals("data")) {
          parts.add(new Draft(cursor).read(cursor));
          if (parts.size() > limits.items()) {
            throw cursor.fault("it has more than " + limits.items() + " parts");
          }
        }
      }
      cursor.finish();
      return new Repomd(revision, parts);
    }
  }

  /** A part whose elements are being read. */
  private static final class Draft {
    private final String type;
    private @Nullable Location location;
    private @Nullable Checksum checksum;
    private long size = Numbers.UNKNOWN;
    private @Nullable Checksum openChecksum;
    private long openSize = Numbers.UNKNOWN;
    private @Nullable Checksum headerChecksum;
    private long headerSize = Numbers.UNKNOWN;
    private @Nullable Instant timestamp;

    Draft(XmlCursor cursor) throws RepodataException {
      String attribute = cursor.attribute("type");
      if (attribute == null || attribute.isEmpty() || attribute.length() > MAX_CHARS) {
        throw cursor.fault("a <data> has no type");
      }
      type = attribute;
    }

    RepomdPart read(XmlCursor cursor) throws IOException {
      int own = cursor.depth();
      while (cursor.nextChild(own)) {
        take(cursor);
      }
      if (location == null) {
        throw cursor.fault("part '" + type + "' has no location");
      }
      return new RepomdPart(
          type,
          location,
          checksum,
          size,
          openChecksum,
          openSize,
          headerChecksum,
          headerSize,
          timestamp);
    }

    private void take(XmlCursor cursor) throws IOException {
      switch (cursor.name()) {
        case "location" -> location = Elements.location(cursor);
        case "checksum" -> checksum = Elements.checksum(cursor);
        case "size" -> size = Numbers.size(cursor.text(MAX_CHARS));
        case "open-checksum" -> openChecksum = Elements.checksum(cursor);
        case "open-size" -> openSize = Numbers.size(cursor.text(MAX_CHARS));
        case "header-checksum" -> headerChecksum = Elements.checksum(cursor);
        case "header-size" -> headerSize = Numbers.size(cursor.text(MAX_CHARS));
        case "timestamp" -> timestamp = Numbers.time(cursor.text(MAX_CHARS));
        default -> {
          // The version of a database, and what may come.
        }
      }
    }
  }
}
