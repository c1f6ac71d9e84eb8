package org.instantmirror.repodata;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.instantmirror.repodata.Metalink.MetalinkFile;
import org.instantmirror.repodata.Metalink.MetalinkUrl;
import org.instantmirror.repodata.Metalink.Version;
import org.jspecify.annotations.Nullable;

/**
 * Reads metalinks as MirrorManager makes them: version 3 with that program's own elements, prefix
 * {@code mm0}. Their form, as far as it is used here:
 *
 * <pre>
 * metalink       = *( files | any other )
 * files          = *file
 * file           = @name *( mm0:timestamp | size | verification | mm0:alternates | resources )
 * verification   = *( hash )
 * hash           = @type text
 * mm0:alternates = *mm0:alternate
 * mm0:alternate  = *( mm0:timestamp | size | verification )
 * resources      = *url
 * url            = @protocol @location @preference text
 * </pre>
 *
 * Stateless, so safe for all threads.
 */
public final class MetalinkReader {
  private static final int MAX_CHARS = 4096;
  private static final int MAX_PREFERENCE = 100;

  private MetalinkReader() {}

  /**
   * Reads the whole document.
   *
   * @param in read to its end and left open
   * @param file names it in messages
   * @throws RepodataException if it is no metalink, or beyond the limits
   * @throws IOException of the stream
   */
  public static Metalink read(InputStream in, String file, ReadLimits limits) throws IOException {
    try (XmlCursor cursor = XmlCursor.open(in, file, "metalink", limits)) {
      Reading reading = new Reading(cursor, limits.items());
      List<MetalinkFile> files = new ArrayList<>();
      while (cursor.nextChild(1)) {
        int own = cursor.depth();
        if (cursor.name().equals("files")) {
          while (cursor.nextChild(own)) {
            if (cursor.name().equals("file")) {
              files.add(reading.file());
            }
          }
        }
      }
      cursor.finish();
      if (files.isEmpty()) {
        throw cursor.fault("it lists no file (as a metalink of version 3)");
      }
      return new Metalink(files);
    }
  }

  /** One run through a document. */
  private static final class Reading {
    private final XmlCursor cursor;
    private final int maxItems;
    private int items;

    Reading(XmlCursor cursor, int maxItems) {
      this.cursor = cursor;
      this.maxItems = maxItems;
    }

    MetalinkFile file() throws IOException {
      int own = cursor.depth();
      String name = cursor.attribute("name");
      if (name == null || name.isEmpty()) {
        throw cursor.fault("a <file> has no name");
      }
      count();
      VersionDraft current = new VersionDraft();
      List<Version> alternates = new ArrayList<>();
      List<MetalinkUrl> urls = new ArrayList<>();
      while (cursor.nextChild(own)) {
        switch (cursor.name()) {
          case "alternates" -> alternates(alternates);
          case "resources" -> resources(urls);
          default -> current.take();
        }
      }
      return new MetalinkFile(name, current.version(), alternates, urls);
    }

    private void alternates(List<Version> alternates) throws IOException {
      int own = cursor.depth();
      while (cursor.nextChild(own)) {
        if (cursor.name().equals("alternate")) {
          count();
          VersionDraft alternate = new VersionDraft();
          int element = cursor.depth();
          while (cursor.nextChild(element)) {
            alternate.take();
          }
          alternates.add(alternate.version());
        }
      }
    }

    private void resources(List<MetalinkUrl> urls) throws IOException {
      int own = cursor.depth();
      while (cursor.nextChild(own)) {
        if (cursor.name().equals("url")) {
          count();
          url().ifPresent(urls::add);
        }
      }
    }

    /** Empty if it is none that anybody could follow. */
    private Optional<MetalinkUrl> url() throws IOException {
      String protocol = cursor.attribute("protocol");
      String location = cursor.attribute("location");
      long preference = Numbers.number(cursor.attribute("preference"));
      Optional<URI> url = Urls.parse(cursor.text(MAX_CHARS));
      return url.map(
          uri ->
              new MetalinkUrl(
                  (protocol == null ? uri.getScheme() : protocol).toLowerCase(Locale.ROOT),
                  location,
                  (int) Math.min(MAX_PREFERENCE, Math.max(0, preference)),
                  uri));
    }

    private void count() throws RepodataException {
      if (++items > maxItems) {
        throw cursor.fault("it has more than " + maxItems + " files, alternates and URLs");
      }
    }

    /** A version whose elements are being read. */
    private final class VersionDraft {
      private @Nullable Instant timestamp;
      private long size = Numbers.UNKNOWN;
      private final List<Checksum> checksums = new ArrayList<>();

      void take() throws IOException {
        switch (cursor.name()) {
          case "timestamp" -> timestamp = Numbers.time(cursor.text(MAX_CHARS));
          case "size" -> size = Numbers.size(cursor.text(MAX_CHARS));
          case "verification" -> verification();
          default -> {
            // Titles, licenses, and what may come.
          }
        }
      }

      private void verification() throws IOException {
        int own = cursor.depth();
        while (cursor.nextChild(own)) {
          if (cursor.name().equals("hash")) {
            count();
            Checksum checksum = Elements.checksum(cursor);
            if (checksum != null) {
              checksums.add(checksum);
            }
          }
        }
      }

      Version version() {
        return new Version(timestamp, size, checksums);
      }
    }
  }
}
