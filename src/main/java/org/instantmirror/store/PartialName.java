package org.instantmirror.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.instantmirror.repo.EntryKey;

/**
 * The two files of one partial entry: {@code <SHA-256 of the key>-<random>.data} and {@code
 * .sidecar}. The random part makes each attempt at a key its own files: a download that was given
 * up but still runs can't commit the bytes of the next one.
 */
record PartialName(Path data, Path sidecar) {
  static final String DATA = ".data";
  static final String SIDECAR = ".sidecar";
  private static final Pattern STEM = Pattern.compile("[0-9a-f]{64}-[0-9a-f]{16}");
  private static final SecureRandom RANDOM = new SecureRandom();

  static PartialName unused(Path folder, EntryKey key) {
    return of(folder, sha256(key.toString()) + "-" + HexFormat.of().toHexDigits(RANDOM.nextLong()));
  }

  static PartialName of(Path folder, String stem) {
    return new PartialName(folder.resolve(stem + DATA), folder.resolve(stem + SIDECAR));
  }

  static boolean isStem(String name) {
    return STEM.matcher(name).matches();
  }

  /** The sidecar's next version, until it is whole. */
  Path newSidecar() {
    return sidecar.resolveSibling(sidecar.getFileName() + ".new");
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java platform has SHA-256", e);
    }
  }
}
