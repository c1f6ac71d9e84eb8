package org.instantmirror.upstream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;

/** Makes and reads bodies. */
final class Bodies {
  private Bodies() {}

  /** The same bytes for the same length. */
  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** Reads to the proper end, and closes. */
  static byte[] readAll(UpstreamResponse response) throws Exception {
    try (response) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(1000);
      while (response.read(buffer) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
      return all.toByteArray();
    }
  }

  /** Reads exactly that many bytes. */
  static byte[] read(UpstreamResponse response, int count) throws UpstreamException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (response.read(buffer) < 0) {
        throw new AssertionError("ended after " + buffer.position() + " bytes");
      }
    }
    return buffer.array();
  }
}
