package org.instantmirror.repodata;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * The beginning of a zchunk file, which says what chunks follow. The format as its authors describe
 * it ({@code zchunk_format.txt}), as a grammar:
 *
 * <pre>
 * file       = lead preface index signatures [ dict ] *chunk
 * lead       = %x00 "ZCK1" sum-type header-size header-sum
 * preface    = data-sum flags compression [ elements ]       ; elements if flags has 2
 * elements   = count *( id size *OCTET )
 * index      = index-size sum-type count dict-entry *entry   ; count includes the dict
 * entry      = [ stream ] sum [ open-sum ] size open-size    ; stream if flags has 1,
 *                                                            ; open-sum if it has 4
 * dict-entry = entry                                         ; all 0 if there is none
 * signatures = count *( type size *OCTET )
 * </pre>
 *
 * All numbers (sum-type, size, count, flags and so on) are unsigned, of as many bytes as they need:
 * seven bits in each, the lowest first, and the top bit set in the last one. header-size counts
 * what comes after the lead. header-sum is over lead and all of the header, without itself;
 * data-sum over all that comes after, by the lead's sum-type, and all zeros if flags has 4; an
 * entry's sum over its compressed bytes, by the index's sum-type. The types are 0 SHA-1, 1 SHA-256,
 * 2 SHA-512 and 3 the first 128 bits of SHA-512. A compression of 0 is none, 2 zstd, each chunk
 * being a frame of its own that was made with the dict as its dictionary.
 *
 * <p>A reader must refuse flags that it doesn't know. Streams, flag 1, are of no use in repodata
 * and are refused as well. Not thread-safe: it is read entry by entry.
 */
final class ZchunkHeader {
  private static final HexFormat HEX = HexFormat.of();

  private static final int HAS_ELEMENTS = 2;
  private static final int HAS_OPEN_SUMS = 4;

  private static final int NO_COMPRESSION = 0;
  private static final int ZSTD = 2;

  /** Fedora's is 0.5 MB. */
  private static final int MAX_HEADER_BYTES = 16 << 20;

  private static final int MAGIC_BYTES = 5;

  private final String file;
  private final boolean zstd;
  private final boolean hasOpenSums;
  private final SumType dataSumType;
  private final String dataSum;
  private final SumType chunkSumType;

  /** At the next entry of the index. */
  private final ByteBuffer index;

  private long entriesLeft;

  /**
   * Reads the header and verifies its checksum.
   *
   * @param in at the file's beginning, then at the dict
   * @throws RepodataException if it is damaged, or of an unknown form
   */
  ZchunkHeader(InputStream in, String file) throws IOException {
    this.file = file;
    ByteArrayOutputStream lead = new ByteArrayOutputStream();
    lead.write(in.readNBytes(MAGIC_BYTES));
    this.dataSumType = sumType(number(in, lead));
    long size = number(in, lead);
    if (size > MAX_HEADER_BYTES) {
      throw fault("its header is larger than " + MAX_HEADER_BYTES + " bytes");
    }
    String sum = HEX.formatHex(in.readNBytes(dataSumType.length));
    byte[] header = in.readNBytes((int) size);
    if (header.length < size) {
      throw fault("it ends within its header");
    }
    MessageDigest digest = dataSumType.newDigest();
    digest.update(lead.toByteArray());
    digest.update(header);
    if (!dataSumType.matches(sum, digest)) {
      throw fault("its header isn't what its checksum says");
    }
    try {
      ByteBuffer rest = ByteBuffer.wrap(header);
      this.dataSum = HEX.formatHex(bytes(rest, dataSumType.length));
      long flags = number(rest);
      if ((flags & ~(HAS_ELEMENTS | HAS_OPEN_SUMS)) != 0) {
        throw fault("it has flags that aren't known: " + flags);
      }
      this.hasOpenSums = (flags & HAS_OPEN_SUMS) != 0;
      long compression = number(rest);
      if (compression != NO_COMPRESSION && compression != ZSTD) {
        throw fault("its chunks are compressed in an unknown way: " + compression);
      }
      this.zstd = compression == ZSTD;
      if ((flags & HAS_ELEMENTS) != 0) {
        skipElements(rest);
      }
      int indexSize = size(rest);
      if (indexSize > rest.remaining()) {
        throw new BufferUnderflowException();
      }
      this.index = rest.slice(rest.position(), indexSize);
      this.chunkSumType = sumType(number(index));
      this.entriesLeft = number(index);
    } catch (BufferUnderflowException e) {
      throw fault("its header ends too early");
    }
  }

  /**
   * A part of the data.
   *
   * @param sum of its bytes as they stand in the file, in hexadecimal digits
   * @param size of these, in bytes
   * @param openSize in bytes
   */
  record Entry(String sum, long size, long openSize) {}

  boolean hasNext() {
    return entriesLeft > 0;
  }

  /** The next part: first the dict, of size 0 if there is none, then the chunks. */
  Entry next() throws RepodataException {
    entriesLeft--;
    try {
      String sum = HEX.formatHex(bytes(index, chunkSumType.length));
      if (hasOpenSums) {
        bytes(index, chunkSumType.length);
      }
      return new Entry(sum, number(index), number(index));
    } catch (BufferUnderflowException e) {
      throw fault("its index ends too early");
    }
  }

  boolean isZstd() {
    return zstd;
  }

  /** For the data as a whole. */
  MessageDigest newDataDigest() {
    return dataSumType.newDigest();
  }

  /** Whether the data as a whole is what it should be, if the header says that. */
  boolean isData(MessageDigest digest) {
    return hasOpenSums || dataSumType.matches(dataSum, digest);
  }

  /** Whether a part is what it should be. */
  boolean isPart(Entry entry, byte[] bytes, int length) {
    MessageDigest digest = chunkSumType.newDigest();
    digest.update(bytes, 0, length);
    return chunkSumType.matches(entry.sum(), digest);
  }

  private void skipElements(ByteBuffer rest) throws RepodataException {
    for (long left = number(rest); left > 0; left--) {
      number(rest);
      bytes(rest, size(rest));
    }
  }

  private int size(ByteBuffer from) throws RepodataException {
    long size = number(from);
    if (size > from.remaining()) {
      throw new BufferUnderflowException();
    }
    return (int) size;
  }

  private static byte[] bytes(ByteBuffer from, int count) {
    byte[] bytes = new byte[count];
    from.get(bytes);
    return bytes;
  }

  private long number(ByteBuffer from) throws RepodataException {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE - 8; shift += 7) {
      byte next = from.get();
      number |= (next & 0x7fL) << shift;
      if (next < 0) {
        return number;
      }
    }
    throw fault("it holds a number that is too long");
  }

  /** Reads a number byte by byte from the stream. */
  private long number(InputStream in, ByteArrayOutputStream copy) throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    int next;
    do {
      next = in.read();
      if (next < 0 || octets.size() > Long.BYTES) {
        throw fault("it ends within its lead");
      }
      octets.write(next);
    } while (next < 0x80);
    octets.writeTo(copy);
    return number(ByteBuffer.wrap(octets.toByteArray()));
  }

  private SumType sumType(long number) throws RepodataException {
    if (number >= SumType.ALL.size()) {
      throw fault("it has checksums of an unknown type: " + number);
    }
    return SumType.ALL.get((int) number);
  }

  RepodataException fault(String what) {
    return new RepodataException(file + ": " + what);
  }

  /** The types of checksums, in the order of their numbers. */
  private enum SumType {
    SHA1(ChecksumType.SHA1, 20),
    SHA256(ChecksumType.SHA256, 32),
    SHA512(ChecksumType.SHA512, 64),
    SHA512_128(ChecksumType.SHA512, 16);

    static final List<SumType> ALL = List.of(values());

    private final ChecksumType digest;
    private final int length;

    SumType(ChecksumType digest, int length) {
      this.digest = digest;
      this.length = length;
    }

    MessageDigest newDigest() {
      return digest.newDigest();
    }

    boolean matches(String sum, MessageDigest seen) {
      return sum.equals(HEX.formatHex(seen.digest(), 0, length));
    }
  }
}
