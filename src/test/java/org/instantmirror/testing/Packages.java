package org.instantmirror.testing;

import java.util.Random;

/** Bytes that pass for a package. */
public final class Packages {

  private Packages() {}

  /** As many bytes, the same for the same seed, beginning as every package does. */
  public static byte[] rpm(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    bytes[0] = (byte) 0xED;
    bytes[1] = (byte) 0xAB;
    bytes[2] = (byte) 0xEE;
    bytes[3] = (byte) 0xDB;
    return bytes;
  }
}
