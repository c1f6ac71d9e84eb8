package org.instantmirror.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Wraps the older forms of private keys into PKCS#8 (RFC 5208), the only one that the JDK reads.
 * Just enough DER (X.690) for that.
 */
final class Pkcs8 {

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int PARAMETERS = 0xa0;

  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

  /** rsaEncryption, 1.2.840.113549.1.1.1, with its NULL parameters. */
  private static final byte[] RSA = {
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  /** id-ecPublicKey, 1.2.840.10045.2.1. */
  private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private Pkcs8() {}

  /** Wraps a PKCS#1 RSAPrivateKey (RFC 8017 appendix A.1.2). */
  static byte[] wrapRsa(byte[] pkcs1) {
    return element(SEQUENCE, VERSION_0, element(SEQUENCE, RSA), element(OCTET_STRING, pkcs1));
  }

  /**
   * Wraps an ECPrivateKey (RFC 5915), which names its curve in the field tagged [0].
   *
   * @throws IOException if it doesn't
   */
  static byte[] wrapEc(byte[] sec1, Path source) throws IOException {
    try {
      int end = sec1.length;
      int position = contentStart(sec1, 0);
      while (position < end) {
        int start = contentStart(sec1, position);
        int next = start + contentLength(sec1, position);
        if ((sec1[position] & 0xff) == PARAMETERS && sec1[start] == OBJECT_IDENTIFIER) {
          byte[] curve = Arrays.copyOfRange(sec1, start, next);
          return element(
              SEQUENCE, VERSION_0, element(SEQUENCE, EC, curve), element(OCTET_STRING, sec1));
        }
        position = next;
      }
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new IOException(source + ": the EC key is malformed", e);
    }
    throw new IOException(source + ": the EC key doesn't name its curve; convert it to PKCS#8");
  }

  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    int length = content.size();
    if (length < 0x80) {
      element.write(length);
    } else {
      // DER wants no more bytes of length than needed.
      byte[] bytes = BigInteger.valueOf(length).toByteArray();
      int leading = bytes[0] == 0 ? 1 : 0;
      element.write(0x80 | (bytes.length - leading));
      element.write(bytes, leading, bytes.length - leading);
    }
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }

  private static int contentStart(byte[] der, int element) {
    int length = der[element + 1] & 0xff;
    return element + 2 + (length < 0x80 ? 0 : length & 0x7f);
  }

  private static int contentLength(byte[] der, int element) {
    int length = der[element + 1] & 0xff;
    if (length < 0x80) {
      return length;
    }
    int value = 0;
    for (int i = 0; i < (length & 0x7f); i++) {
      value = (value << 8) | (der[element + 2 + i] & 0xff);
    }
    return value;
  }
}
