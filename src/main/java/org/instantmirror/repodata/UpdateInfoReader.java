package org.instantmirror.repodata;

import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.repodata.Advisory.AdvisoryPackage;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code updateinfo.xml}. Its form, as far as it is used here:
 *
 * <pre>
 * updates    = *update
 * update     = @type *( id | severity | issued | pkglist | any other )
 * issued     = @date
 * pkglist    = *collection
 * collection = *( package | any other )
 * package    = @name @epoch @version @release @arch *( filename | any other )
 * </pre>
 *
 * Stateless, so safe for all threads.
 */
public final class UpdateInfoReader {
  private static final int MAX_CHARS = 1024;

  /** Of one advisory. Those of TeX, the largest, have some ten thousand. */
  private static final int MAX_PACKAGES = 100_000;

  /** Of all packages of one advisory. */
  private static final int MAX_PACKAGE_CHARS = 16 << 20;

  private UpdateInfoReader() {}

  /**
   * Gives each advisory to {@code sink}, in the order of the file.
   *
   * @param in the file, compressed or not; read to its end and left open
   * @param file names it in messages
   * @return how many advisories there were
   * @throws RepodataException if it is no such file or is beyond the limits; the advisories before
   *     have been given out already
   * @throws IOException of the stream or of the sink
   */
  public static int read(InputStream in, String file, ReadLimits limits, Sink<Advisory> sink)
      throws IOException {
    try (XmlCursor cursor = XmlCursor.open(in, file, "updates", limits)) {
      int count = 0;
      while (cursor.nextChild(1)) {
        if (cursor.name().equals("update")) {
          if (++count > limits.items()) {
            throw cursor.fault("it has more than " + limits.items() + " advisories");
          }
          sink.accept(new Draft().read(cursor));
        }
      }
      cursor.finish();
      return count;
    }
  }

  /**
   * When an advisory was issued: {@code 2024-01-31 12:34:56} in UTC, perhaps with {@code UTC} after
   * it, without seconds or without a time at all; or seconds since the epoch (old ones of SUSE).
   */
  static @Nullable Instant date(@Nullable String text) {
    Instant seconds = Numbers.time(text);
    if (text == null || seconds != null) {
      return seconds;
    }
    String[] words = text.strip().split("[ T]", 3);
    try {
      LocalDate day = LocalDate.parse(words[0]);
      String time = words.length < 2 ? "00:00" : words[1].replaceFirst("Z$", "");
      return day.atTime(LocalTime.parse(time)).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** An advisory whose elements are being read. */
  private static final class Draft {
    private String id = "";
    private @Nullable String severity;
    private @Nullable Instant issued;
    private final List<AdvisoryPackage> packages = new ArrayList<>();
    private long packageChars;

    Advisory read(XmlCursor cursor) throws IOException {
      int own = cursor.depth();
      String type = cursor.attribute("type");
      while (cursor.nextChild(own)) {
        switch (cursor.name()) {
          case "id" -> id = cursor.text(MAX_CHARS);
          case "severity" -> {
            String text = cursor.text(MAX_CHARS);
            severity = text.isEmpty() ? null : text;
          }
          case "issued" -> issued = date(cursor.attribute("date"));
          case "pkglist" -> packageList(cursor);
          default -> {
            // Titles, descriptions, references.
          }
        }
      }
      if (id.isEmpty()) {
        throw cursor.fault("an <update> has no id");
      }
      return new Advisory(id, type == null ? "" : type, severity, issued, packages);
    }

    private void packageList(XmlCursor cursor) throws IOException {
      int list = cursor.depth();
      while (cursor.nextChild(list)) {
        int collection = cursor.depth();
        while (cursor.nextChild(collection)) {
          if (cursor.name().equals("package")) {
            add(cursor);
          }
        }
      }
    }

    private void add(XmlCursor cursor) throws IOException {
      String name = required(cursor, "name");
      String arch = required(cursor, "arch");
      Evr evr = Elements.evr(cursor, "version", "release");
      String fileName = null;
      int own = cursor.depth();
      while (cursor.nextChild(own)) {
        if (cursor.name().equals("filename")) {
          fileName = cursor.text(MAX_CHARS);
        }
      }
      packages.add(new AdvisoryPackage(name, evr, arch, fileName));
      packageChars += name.length() + arch.length() + (fileName == null ? 0 : fileName.length());
      packageChars += evr.version().length() + evr.release().length();
      if (packages.size() > MAX_PACKAGES || packageChars > MAX_PACKAGE_CHARS) {
        throw cursor.fault("advisory '" + id + "' has more packages than are taken");
      }
    }

    private static String required(XmlCursor cursor, String attribute) throws RepodataException {
      String value = cursor.attribute(attribute);
      if (value == null || value.isEmpty() || value.length() > MAX_CHARS) {
        throw cursor.fault("a <package> has no " + attribute);
      }
      return value;
    }
  }
}
