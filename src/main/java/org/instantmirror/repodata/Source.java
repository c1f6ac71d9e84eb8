package org.instantmirror.repodata;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The caller's stream, under a decoder: counts, stays open, and remembers what it threw, so that a
 * fault of the disk isn't taken for damaged data. Not thread-safe.
 */
final class Source extends FilterInputStream {
  private long count;
  private @Nullable IOException failure;
  private boolean atEnd;

  Source(InputStream in) {
    super(in);
  }

  /** How many bytes have been read. */
  long count() {
    return count;
  }

  /** Whether the exception came from the stream itself. */
  boolean threw(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause.equals(failure)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    try {
      int read = super.read(target, offset, length);
      atEnd = read < 0;
      count += Math.max(0, read);
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public long skip(long bytes) throws IOException {
    // Counted, too. Few bytes are ever skipped.
    return read(new byte[(int) Math.min(bytes, 8192)]) < 0 ? 0 : Math.min(bytes, 8192);
  }

  /** GZIPInputStream takes 0 for the end, and would leave out all members but the first. */
  @Override
  public int available() {
    return atEnd ? 0 : 1;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() {
    // The caller's.
  }
}
