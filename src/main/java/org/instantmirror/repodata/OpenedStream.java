package org.instantmirror.repodata;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What comes out of a decoder, as far as the limits allow. Whatever the decoders throw for damaged
 * data becomes a {@link RepodataException}. Not thread-safe.
 */
final class OpenedStream extends FilterInputStream {
  private final Source source;
  private final String file;
  private final ReadLimits limits;
  private long count;

  /**
   * @param in the decoder, which reads from {@code source}
   * @param file names it in messages
   */
  OpenedStream(InputStream in, Source source, String file, ReadLimits limits) {
    super(in);
    this.source = source;
    this.file = file;
    this.limits = limits;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read;
    try {
      read = super.read(target, offset, length);
    } catch (IOException | RuntimeException e) {
      throw fault(source, file, e);
    }
    count += Math.max(0, read);
    if (count > limits.openBytes()) {
      throw new RepodataException(
          file + ": it is larger than " + limits.openBytes() + " bytes when decompressed");
    }
    if (count > ReadLimits.ANY_RATIO_BYTES && count / limits.ratio() > source.count()) {
      throw new RepodataException(
          file
              + ": it is more than "
              + limits.ratio()
              + " times as large when decompressed, after "
              + count
              + " bytes");
    }
    return read;
  }

  /** What a decoder's exception means. */
  static IOException fault(Source source, String file, Exception e) {
    if (e instanceof RepodataException || (e instanceof IOException io && source.threw(io))) {
      return (IOException) e;
    }
    String what =
        e instanceof EOFException ? "it ends too early" : "it is damaged: " + e.getMessage();
    return new RepodataException(
        file + ": " + what + " (after " + source.count() + " compressed bytes)", e);
  }

  @Override
  public long skip(long bytes) throws IOException {
    byte[] skipped = new byte[(int) Math.min(bytes, 8192)];
    return Math.max(0, read(skipped, 0, skipped.length));
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
