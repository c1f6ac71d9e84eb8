package org.instantmirror.repodata;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code primary.xml}: what packages a repository has. Its form, as far as it is used here
 * (createrepo_c writes it; there is no standard):
 *
 * <pre>
 * metadata = *package
 * package  = name arch version checksum *( time | size | location | format | any other )
 * version  = @epoch @ver @rel
 * checksum = @type text
 * time     = @file @build
 * size     = @package
 * location = @href [ @xml:base ]
 * format   = *( rpm:sourcerpm | any other )
 * </pre>
 *
 * Stateless, so safe for all threads.
 */
public final class PrimaryReader {
  private PrimaryReader() {}

  /**
   * Gives each package to {@code sink}, in the order of the file.
   *
   * @param in the file, compressed or not; read to its end and left open
   * @param file names it in messages
   * @return how many packages there were
   * @throws RepodataException if it is no primary file or is beyond the limits; the packages before
   *     have been given out already
   * @throws IOException of the stream or of the sink
   */
  public static int read(InputStream in, String file, ReadLimits limits, Sink<PackageEntry> sink)
      throws IOException {
    try (XmlCursor cursor = XmlCursor.open(in, file, "metadata", limits)) {
      int count = 0;
      while (cursor.nextChild(1)) {
        if (cursor.name().equals("package")) {
          if (++count > limits.items()) {
            throw cursor.fault("it has more than " + limits.items() + " packages");
          }
          sink.accept(new Draft().read(cursor));
        }
      }
      cursor.finish();
      return count;
    }
  }

  /** A package whose elements are being read. */
  private static final class Draft {
    private String name = "";
    private String arch = "";
    private @Nullable Evr evr;
    private @Nullable Checksum checksum;
    private @Nullable Location location;
    private long size = Numbers.UNKNOWN;
    private @Nullable Instant fileTime;
    private @Nullable Instant buildTime;
    private @Nullable String sourceRpm;

    PackageEntry read(XmlCursor cursor) throws IOException {
      int own = cursor.depth();
      while (cursor.nextChild(own)) {
        take(cursor);
      }
      if (name.isEmpty() || arch.isEmpty() || evr == null || location == null) {
        throw cursor.fault("package '" + name + "' lacks its name, arch, version or location");
      }
      return new PackageEntry(
          name, evr, arch, checksum, location, size, fileTime, buildTime, sourceRpm);
    }

    private void take(XmlCursor cursor) throws IOException {
      switch (cursor.name()) {
        case "name" -> name = cursor.text(PackageEntry.MAX_NAME_CHARS);
        case "arch" -> arch = cursor.text(PackageEntry.MAX_NAME_CHARS);
        case "version" -> evr = Elements.evr(cursor, "ver", "rel");
        case "checksum" -> checksum = Elements.checksum(cursor);
        case "location" -> location = Elements.location(cursor);
        case "size" -> size = Numbers.size(cursor.attribute("package"));
        case "time" -> {
          fileTime = Numbers.time(cursor.attribute("file"));
          buildTime = Numbers.time(cursor.attribute("build"));
        }
        case "format" -> format(cursor);
        default -> {
          // Summaries, descriptions, people.
        }
      }
    }

    /** Most of the file: provides, requires and files of the package, all passed over. */
    private void format(XmlCursor cursor) throws IOException {
      int own = cursor.depth();
      while (cursor.nextChild(own)) {
        if (cursor.name().equals("sourcerpm")) {
          String text = cursor.text(PackageEntry.MAX_NAME_CHARS);
          sourceRpm = text.isEmpty() ? null : text;
        }
      }
    }
  }
}
