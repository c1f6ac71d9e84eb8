package org.instantmirror.repodata;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Elements that several files have, in the same form. Each begins where the cursor stands. */
final class Elements {
  private static final int MAX_CHECKSUM_CHARS = 1024;

  private Elements() {}

  /** {@code <checksum type="sha256">…</checksum>}; null if it is none that we could use. */
  static @Nullable Checksum checksum(XmlCursor cursor) throws IOException {
    String type = cursor.attribute("type");
    String hex = cursor.text(MAX_CHECKSUM_CHARS);
    return type == null ? null : Checksum.parse(type, hex).orElse(null);
  }

  /**
   * {@code <location href="…" xml:base="…"/>}.
   *
   * @throws RepodataException if it names nothing, or is too long
   */
  static Location location(XmlCursor cursor) throws RepodataException {
    String base = cursor.attribute("base");
    String href = cursor.attribute("href");
    if (href == null || href.isEmpty()) {
      throw cursor.fault("a <location> has no href");
    }
    if (href.length() + (base == null ? 0 : base.length()) > Location.MAX_CHARS) {
      throw cursor.fault("a <location> is longer than " + Location.MAX_CHARS + " characters");
    }
    return Location.of(base, href);
  }

  /**
   * The attributes {@code epoch} and those two.
   *
   * @throws RepodataException if there is no version, or one too long
   */
  static Evr evr(XmlCursor cursor, String versionName, String releaseName)
      throws RepodataException {
    long epoch = Math.max(0, Numbers.number(cursor.attribute("epoch")));
    String version = cursor.attribute(versionName);
    String release = cursor.attribute(releaseName);
    try {
      return new Evr(epoch, version == null ? "" : version, release == null ? "" : release);
    } catch (IllegalArgumentException e) {
      throw cursor.fault(String.valueOf(e.getMessage()));
    }
  }
}
