package org.instantmirror.repodata;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import org.instantmirror.repodata.ZchunkHeader.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Opens a zchunk file ({@link ZchunkHeader}) chunk by chunk. Each chunk's checksum is verified
 * before a byte of it is given out, that of all data at the end. What may come after the last chunk
 * isn't read. Not thread-safe.
 */
final class ZchunkStream extends InputStream {
  /** The largest chunks that zchunk's own tools make by themselves are of 10 MB. */
  private static final int MAX_CHUNK_BYTES = 16 << 20;

  private final InputStream in;
  private final ZchunkHeader header;
  private final MessageDigest data;
  private final @Nullable ZstdDecompressCtx zstd;

  /** Of the chunk in the file; grows to the largest. */
  private byte[] packed = new byte[0];

  /** The open chunk; grows to the largest. */
  private byte[] open = new byte[0];

  private int position;
  private int end;
  private boolean verified;

  /**
   * Reads the header and the dict.
   *
   * @param in left open
   * @throws LinkageError if this system has no zstd and the file needs it
   */
  ZchunkStream(InputStream in, String file) throws IOException {
    this.in = in;
    this.header = new ZchunkHeader(in, file);
    this.data = header.newDataDigest();
    this.zstd = header.isZstd() ? new ZstdDecompressCtx() : null;
    boolean opened = false;
    try {
      readDict();
      opened = true;
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  private void readDict() throws IOException {
    if (!header.hasNext()) {
      return;
    }
    Entry dict = header.next();
    if (dict.size() > 0) {
      readPart(dict);
      if (zstd != null) {
        zstd.loadDict(Arrays.copyOf(open, end));
      }
      end = 0;
    }
  }

  @Override
  public int read() throws IOException {
    return fill() ? open[position++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, end - position);
    System.arraycopy(open, position, target, offset, count);
    position += count;
    return count;
  }

  /** Whether there is a byte to give out. */
  private boolean fill() throws IOException {
    while (position == end) {
      if (!header.hasNext()) {
        verifyData();
        return false;
      }
      readPart(header.next());
    }
    return true;
  }

  private void verifyData() throws RepodataException {
    if (!verified && !header.isData(data)) {
      throw header.fault("its data isn't what its checksum says");
    }
    verified = true;
  }

  private void readPart(Entry part) throws IOException {
    if (part.size() > MAX_CHUNK_BYTES || part.openSize() > MAX_CHUNK_BYTES) {
      throw header.fault("it has a chunk of more than " + MAX_CHUNK_BYTES + " bytes");
    }
    int size = (int) part.size();
    int openSize = (int) part.openSize();
    packed = atLeast(packed, size);
    open = atLeast(open, openSize);
    if (in.readNBytes(packed, 0, size) < size) {
      throw new EOFException("within a chunk");
    }
    data.update(packed, 0, size);
    if (size > 0 && !header.isPart(part, packed, size)) {
      throw header.fault("it has a chunk that isn't what its checksum says");
    }
    position = 0;
    end = 0;
    if (unpack(size, openSize) != openSize) {
      throw header.fault("it has a chunk that isn't as long as its index says");
    }
    end = openSize;
  }

  private int unpack(int size, int openSize) throws RepodataException {
    if (zstd == null || size == 0) {
      int count = Math.min(size, openSize);
      System.arraycopy(packed, 0, open, 0, count);
      return size;
    }
    try {
      return zstd.decompressByteArray(open, 0, openSize, packed, 0, size);
    } catch (ZstdException e) {
      throw header.fault("it has a chunk that can't be decompressed: " + e.getMessage());
    }
  }

  private static byte[] atLeast(byte[] buffer, int size) {
    return buffer.length >= size
        ? buffer
        : new byte[Math.max(size, Math.min(MAX_CHUNK_BYTES, 2 * buffer.length))];
  }

  @Override
  public void close() {
    if (zstd != null) {
      zstd.close();
    }
  }
}
