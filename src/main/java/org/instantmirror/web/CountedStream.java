package org.instantmirror.web;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Counts what is written. For one thread. */
final class CountedStream extends FilterOutputStream {

  private long bytes;

  CountedStream(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) throws IOException {
    out.write(b);
    bytes++;
  }

  @Override
  public void write(byte[] b, int begin, int length) throws IOException {
    out.write(b, begin, length);
    bytes += length;
  }

  long bytes() {
    return bytes;
  }
}
