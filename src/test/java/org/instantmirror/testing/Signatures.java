package org.instantmirror.testing;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** What passes for a detached OpenPGP signature with whoever doesn't ask for its key. */
public final class Signatures {
  private static final byte[] SIGNED_WITH = {4, 0, 1, 8, 0, 0};

  /** In place of what a key would make of the digest: the number 1. */
  private static final byte[] NUMBER = {0, 1, 1};

  private Signatures() {}

  /** One packet, of version 4 and SHA-256, that holds little but the digest's first bytes. */
  public static byte[] over(byte[] file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(file);
      digest.update(SIGNED_WITH);
      byte[] trailer = {4, (byte) 0xFF, 0, 0, 0, (byte) SIGNED_WITH.length};
      byte[] prefix = Arrays.copyOf(digest.digest(trailer), 2);
      int length = SIGNED_WITH.length + 2 + prefix.length + NUMBER.length;
      return ByteBuffer.allocate(2 + length)
          .put((byte) 0xC2)
          .put((byte) length)
          .put(SIGNED_WITH)
          .putShort((short) 0)
          .put(prefix)
          .put(NUMBER)
          .array();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
