package org.instantmirror.repodata;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Makes compressed files. */
final class Compressed {
  private Compressed() {}

  static byte[] of(Compression compression, byte[] bytes) {
    if (compression == Compression.ZCHUNK) {
      return ZchunkFile.of(bytes).bytes();
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (OutputStream out = compressor(compression, file)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  /** A file of as many zeros. */
  static byte[] zeros(Compression compression, long count) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    byte[] block = new byte[1 << 20];
    try (OutputStream out = compressor(compression, file)) {
      for (long left = count; left > 0; left -= block.length) {
        out.write(block, 0, (int) Math.min(left, block.length));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  private static OutputStream compressor(Compression compression, OutputStream file)
      throws IOException {
    return switch (compression) {
      case NONE, ZCHUNK -> file;
      case GZIP -> new GZIPOutputStream(file);
      case BZIP2 -> new BZip2CompressorOutputStream(file);
      case XZ -> new XZOutputStream(file, new LZMA2Options(1));
      case ZSTD -> new ZstdOutputStream(file);
    };
  }
}
