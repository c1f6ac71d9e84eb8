package org.instantmirror.repodata;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bounds how much a parser reads between two of its events, and so what it can hold of a tag, an
 * attribute, a comment or a DTD, whatever the encoding. Not thread-safe.
 */
final class TokenBudget extends FilterInputStream {
  /** Parsers read ahead by a buffer or two. */
  private static final int READ_AHEAD_BYTES = 128 << 10;

  private final String name;
  private final int tokenBytes;
  private long left;

  TokenBudget(InputStream in, String name, int tokenBytes) {
    super(in);
    this.name = name;
    this.tokenBytes = tokenBytes;
    renew();
  }

  /** The parser is about to look for the next event. */
  void renew() {
    left = (long) tokenBytes + READ_AHEAD_BYTES;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = super.read(target, offset, (int) Math.min(length, Math.max(1, left)));
    left -= Math.max(0, count);
    if (left < 0) {
      throw new RepodataException(
          name + ": a tag, a comment or a text is longer than " + tokenBytes + " bytes");
    }
    return count;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
