package org.instantmirror.download;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.instantmirror.repo.FileClass;
import org.jspecify.annotations.Nullable;

/**
 * Can these bytes be the file that was asked for? Captive portals, error pages sent with status 200
 * and empty files can't.
 */
final class Plausibility {

  /** How many first bytes are enough to judge any file. */
  static final int PREFIX = 32;

  private static final int[] RPM_LEAD = {0xED, 0xAB, 0xEE, 0xDB};
  private static final int[] DRPM_MAGIC = {'d', 'r', 'p', 'm'};

  private Plausibility() {}

  /**
   * Judges the beginning of a body.
   *
   * @param fileName the last segment of its path
   * @param prefix the first {@link #PREFIX} bytes, or all if there are fewer
   * @return what is wrong with it, or empty
   */
  static Optional<String> objection(FileClass fileClass, String fileName, byte[] prefix) {
    if (fileClass == FileClass.PACKAGE) {
      boolean drpm = fileName.toLowerCase(Locale.ROOT).endsWith(".drpm");
      if (startsWith(prefix, RPM_LEAD) || (drpm && startsWith(prefix, DRPM_MAGIC))) {
        return Optional.empty();
      }
      return Optional.of(prefix.length == 0 ? "an empty body" : "something that is no package");
    }
    if (prefix.length == 0 && fileName.startsWith("repomd.xml")) {
      return Optional.of("an empty body");
    }
    String text = new String(prefix, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT).strip();
    return text.startsWith("<!doctype html") || text.startsWith("<html")
        ? Optional.of("an HTML page")
        : Optional.empty();
  }

  /**
   * Judges a content coding: we ask for none, so the bytes would not be the file. Some servers
   * label compressed files as encoded and send them as they are; those are let pass.
   *
   * @param contentEncoding the field, or null
   */
  static Optional<String> objectionToCoding(String fileName, @Nullable String contentEncoding) {
    if (contentEncoding == null
        || contentEncoding.isBlank()
        || contentEncoding.strip().equalsIgnoreCase("identity")
        || fileName.matches(".*\\.(gz|tgz|bz2|xz|zst|zck|lzma|Z)")) {
      return Optional.empty();
    }
    return Optional.of("a body in content coding " + contentEncoding);
  }

  private static boolean startsWith(byte[] bytes, int[] magic) {
    if (bytes.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((bytes[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
