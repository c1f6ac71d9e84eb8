package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Streams of text, and what readers say of them. */
final class Text {
  private Text() {}

  static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  static InputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A stream that gives these bytes and then fails. */
  static InputStream brokenAfter(byte[] bytes, IOException failure) {
    return new FilterInputStream(stream(bytes)) {
      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        if (count < 0) {
          throw failure;
        }
        return count;
      }
    };
  }

  /** The message of the refusal that there must be. */
  static String refusal(ThrowingCallable reading) {
    RepodataException refused = catchThrowableOfType(RepodataException.class, reading);
    return refused == null ? "(was taken)" : String.valueOf(refused.getMessage());
  }
}
