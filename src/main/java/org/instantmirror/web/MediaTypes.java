package org.instantmirror.web;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Media types of files of which upstream's isn't known. */
final class MediaTypes {

  private static final String UNKNOWN = "application/octet-stream";
  private static final Map<String, String> BY_SUFFIX =
      Map.ofEntries(
          Map.entry("rpm", "application/x-rpm"),
          Map.entry("drpm", "application/x-rpm"),
          Map.entry("xml", "application/xml"),
          Map.entry("gz", "application/gzip"),
          Map.entry("bz2", "application/x-bzip2"),
          Map.entry("xz", "application/x-xz"),
          Map.entry("zst", "application/zstd"),
          Map.entry("asc", "application/pgp-signature"),
          Map.entry("key", "application/pgp-keys"),
          Map.entry("iso", "application/x-iso9660-image"));

  private MediaTypes() {}

  /** Upstream's, else by the name. */
  static String of(@Nullable String upstream, String fileName) {
    if (upstream != null && !upstream.isBlank()) {
      return upstream;
    }
    String suffix = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return BY_SUFFIX.getOrDefault(suffix, UNKNOWN);
  }
}
