package org.instantmirror.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a body must be: the origin's own file, byte for byte. That is stricter than a digest, costs
 * less, and finds a wrong byte when it arrives.
 */
final class ExpectedBody {
  private final Optional<ByteBuffer> content;

  private ExpectedBody(Optional<ByteBuffer> content) {
    this.content = content;
  }

  /** Accepts any body. */
  static ExpectedBody any() {
    return new ExpectedBody(Optional.empty());
  }

  /**
   * Accepts the content of {@code file} only, which must be smaller than 2 GiB.
   *
   * @throws IOException if it cannot be read
   */
  static ExpectedBody of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return new ExpectedBody(Optional.of(channel.map(MapMode.READ_ONLY, 0, channel.size())));
    }
  }

  boolean hasLength(long length) {
    return content.map(bytes -> bytes.capacity() == length).orElse(true);
  }

  /** Whether the remaining bytes of {@code part} stand at {@code offset}; leaves it unchanged. */
  boolean matches(long offset, ByteBuffer part) {
    return content
        .map(
            bytes ->
                offset + part.remaining() <= bytes.capacity()
                    && bytes.slice((int) offset, part.remaining()).mismatch(part) < 0)
        .orElse(true);
  }
}
