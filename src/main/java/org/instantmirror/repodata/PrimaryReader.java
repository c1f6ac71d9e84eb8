package org.instantmirror.repodata;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
 * format   = *( rpm:sourcerpm | rpm:provides | rpm:requires | file | any other )
 * provides = *entry
 * requires = *entry
 * entry    = @name
 * </pre>
 *
 * Stateless, so safe for all threads.
 */
public final class PrimaryReader {
  /** Of one provided or required name, or of one file's. */
  private static final int MAX_CAPABILITY_CHARS = 4096;

  /** Of one kind of one package. Those of texlive, the largest, have some thousand. */
  private static final int MAX_CAPABILITIES = 200_000;

  /** Of all that one package gives and needs. */
  private static final long MAX_CHARS_OF_PACKAGE = 16 << 20;

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
    return readEach(in, file, limits, cursor -> sink.accept(new Draft(null).read(cursor)));
  }

  /**
   * The same with what each package gives and needs.
   *
   * @return how many packages there were
   * @throws RepodataException as above
   * @throws IOException as above
   */
  public static int readNeeds(
      InputStream in, String file, ReadLimits limits, Sink<PackageNeeds> sink) throws IOException {
    return readEach(
        in,
        file,
        limits,
        cursor -> {
          Needs needs = new Needs();
          PackageEntry entry = new Draft(needs).read(cursor);
          sink.accept(new PackageNeeds(entry, needs.provides, needs.requires, needs.files));
        });
  }

  private static int readEach(InputStream in, String file, ReadLimits limits, PackageTaker taker)
      throws IOException {
    try (XmlCursor cursor = XmlCursor.open(in, file, "metadata", limits)) {
      int count = 0;
      while (cursor.nextChild(1)) {
        if (cursor.name().equals("package")) {
          if (++count > limits.items()) {
            throw cursor.fault("it has more than " + limits.items() + " packages");
          }
          taker.take(cursor);
        }
      }
      cursor.finish();
      return count;
    }
  }

  /** Reads the package at which the cursor stands. */
  private interface PackageTaker {
    void take(XmlCursor cursor) throws IOException;
  }

  /** What a package gives and needs, while it is being read. */
  private static final class Needs {
    private final List<String> provides = new ArrayList<>();
    private final List<String> requires = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private long chars;

    void read(XmlCursor cursor) throws IOException {
      switch (cursor.name()) {
        case "provides" -> entries(cursor, provides);
        case "requires" -> entries(cursor, requires);
        case "file" -> add(cursor, cursor.text(MAX_CAPABILITY_CHARS), files);
        default -> {
          // What it conflicts with, obsoletes or merely recommends.
        }
      }
    }

    private void entries(XmlCursor cursor, List<String> into) throws IOException {
      int own = cursor.depth();
      while (cursor.nextChild(own)) {
        String name = cursor.attribute("name");
        if (cursor.name().equals("entry") && name != null && !name.startsWith("rpmlib(")) {
          add(cursor, name, into);
        }
      }
    }

    private void add(XmlCursor cursor, String capability, List<String> into)
        throws RepodataException {
      chars += capability.length();
      if (chars > MAX_CHARS_OF_PACKAGE || into.size() >= MAX_CAPABILITIES) {
        throw cursor.fault("a package gives or needs more than is taken");
      }
      if (!capability.isEmpty()) {
        into.add(capability);
      }
    }
  }

  /** A package whose elements are being read. */
  private static final class Draft {
    private final @Nullable Needs needs;
    private String name = "";
    private String arch = "";
    private @Nullable Evr evr;
    private @Nullable Checksum checksum;
    private @Nullable Location location;
    private long size = Numbers.UNKNOWN;
    private @Nullable Instant fileTime;
    private @Nullable Instant buildTime;
    private @Nullable String sourceRpm;

    Draft(@Nullable Needs needs) {
      this.needs = needs;
    }

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

    /** Most of the file: provides, requires and files of the package, mostly passed over. */
    private void format(XmlCursor cursor) throws IOException {
      int own = cursor.depth();
      while (cursor.nextChild(own)) {
        if (cursor.name().equals("sourcerpm")) {
          String text = cursor.text(PackageEntry.MAX_NAME_CHARS);
          sourceRpm = text.isEmpty() ? null : text;
        } else if (needs != null) {
          needs.read(cursor);
        }
      }
    }
  }
}
