package org.instantmirror.repodata;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes zchunk files, with every liberty that {@link ZchunkHeader}'s grammar gives. */
final class ZchunkFile {
  private final List<byte[]> chunks = new ArrayList<>();
  private byte[] dict = {};
  private boolean zstd = true;
  private int flags;
  private int dataSumType = 1;
  private int chunkSumType = 3;
  private long wrongOpenSize;

  /** A file of those bytes, in chunks of a thousand. */
  static ZchunkFile of(byte[] bytes) {
    ZchunkFile file = new ZchunkFile();
    for (int at = 0; at < bytes.length; at += 1000) {
      file.chunks.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 1000)));
    }
    return file;
  }

  ZchunkFile dict(byte[] bytes) {
    dict = bytes;
    return this;
  }

  ZchunkFile uncompressed() {
    zstd = false;
    return this;
  }

  /** 1 streams, 2 optional elements (which are added), 4 sums of what is open (added too). */
  ZchunkFile flags(int bits) {
    flags = bits;
    return this;
  }

  ZchunkFile sumTypes(int ofData, int ofChunks) {
    dataSumType = ofData;
    chunkSumType = ofChunks;
    return this;
  }

  /** Lets the index say that the chunks are open larger by that. */
  ZchunkFile lyingBy(long bytes) {
    wrongOpenSize = bytes;
    return this;
  }

  byte[] bytes() {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    ByteArrayOutputStream index = new ByteArrayOutputStream();
    number(index, chunkSumType);
    number(index, chunks.size() + 1L);
    byte[] packedDict = dict.length == 0 || !zstd ? dict : Zstd.compress(dict);
    entry(index, packedDict, dict.length);
    data.writeBytes(packedDict);
    for (byte[] chunk : chunks) {
      byte[] packed = pack(chunk);
      entry(index, packed, chunk.length + wrongOpenSize);
      data.writeBytes(packed);
    }
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    boolean hasOpenSums = (flags & 4) != 0;
    byte[] dataSum = sum(dataSumType, data.toByteArray());
    header.writeBytes(hasOpenSums ? new byte[dataSum.length] : dataSum);
    number(header, flags);
    number(header, zstd ? 2 : 0);
    if ((flags & 2) != 0) {
      number(header, 1);
      number(header, 99);
      number(header, 3);
      header.writeBytes(new byte[3]);
    }
    number(header, index.size());
    header.writeBytes(index.toByteArray());
    number(header, 0);
    return file(header.toByteArray(), data.toByteArray());
  }

  /** A file with that header, whatever it is, and its checksum. */
  byte[] file(byte[] header, byte[] data) {
    ByteArrayOutputStream lead = new ByteArrayOutputStream();
    lead.writeBytes(new byte[] {0, 'Z', 'C', 'K', '1'});
    number(lead, dataSumType);
    number(lead, header.length);
    ByteArrayOutputStream summed = new ByteArrayOutputStream();
    summed.writeBytes(lead.toByteArray());
    summed.writeBytes(header);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(lead.toByteArray());
    file.writeBytes(sum(dataSumType, summed.toByteArray()));
    file.writeBytes(header);
    file.writeBytes(data);
    return file.toByteArray();
  }

  private byte[] pack(byte[] chunk) {
    if (!zstd) {
      return chunk;
    }
    try (ZstdCompressCtx context = new ZstdCompressCtx()) {
      if (dict.length > 0) {
        context.loadDict(dict);
      }
      return context.compress(chunk);
    }
  }

  private void entry(ByteArrayOutputStream index, byte[] packed, long openSize) {
    byte[] sum = sum(chunkSumType, packed);
    index.writeBytes(packed.length == 0 ? new byte[sum.length] : sum);
    if ((flags & 4) != 0) {
      index.writeBytes(new byte[sum.length]);
    }
    number(index, packed.length);
    number(index, openSize);
  }

  static void number(ByteArrayOutputStream out, long number) {
    long rest = number;
    while (rest >= 0x80) {
      out.write((int) (rest & 0x7f));
      rest >>= 7;
    }
    out.write((int) rest | 0x80);
  }

  private static byte[] sum(int type, byte[] bytes) {
    MessageDigest digest =
        switch (type) {
          case 0 -> ChecksumType.SHA1.newDigest();
          case 1 -> ChecksumType.SHA256.newDigest();
          default -> ChecksumType.SHA512.newDigest();
        };
    byte[] sum = digest.digest(bytes);
    return type == 3 ? Arrays.copyOf(sum, 16) : sum;
  }
}
