package org.instantmirror.repodata;

import java.util.HexFormat;

/**
 * How a file is compressed, told by its first bytes: names lie (a {@code .gz} that a tool has
 * opened on its way), and what metalinks and mirror lists are compressed with has no name.
 */
public enum Compression {
  /** Not at all, or in a way that we don't know. */
  NONE(""),
  /** RFC 1952. */
  GZIP("1f8b"),
  /** {@code BZh}. */
  BZIP2("425a68"),
  /** The .xz format 1.1, section 2.1.1.1. */
  XZ("fd377a585a00"),
  /** RFC 8878. */
  ZSTD("28b52ffd"),
  /** See {@link ZchunkHeader}. */
  ZCHUNK("005a434b31");

  /** No form is told by more bytes. */
  static final int MAGIC_BYTES = 6;

  private final String magic;

  /**
   * @param magic the first bytes of such files, in hexadecimal digits
   */
  Compression(String magic) {
    this.magic = magic;
  }

  /**
   * The form of a file.
   *
   * @param beginning its first six bytes, or fewer if it has no more
   */
  public static Compression of(byte[] beginning) {
    String digits = HexFormat.of().formatHex(beginning);
    for (Compression compression : values()) {
      if (compression != NONE && digits.startsWith(compression.magic)) {
        return compression;
      }
    }
    return NONE;
  }
}
