package org.instantmirror.repodata;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** Opens compressed files. Stateless, so safe for all threads. */
public final class Decompression {
  private static final int BUFFER_BYTES = 64 << 10;

  /** What {@code xz -9} needs; it is heap. */
  private static final int XZ_MEMORY_KB = 66 << 10;

  /** The window of {@code zstd --ultra -22}, 128 MB; it is not heap. */
  private static final int ZSTD_WINDOW_LOG = 27;

  private Decompression() {}

  /**
   * The open form of a file, whatever it is compressed with; one that isn't is passed on. Reading
   * from it ends in a {@link RepodataException} where the data is damaged or cut off, where they
   * are more than {@link ReadLimits#openBytes} or {@link ReadLimits#ratio} allow, or would need
   * more than 66 MB of heap, or 128 MB beside it. What a zchunk file says of its own parts is
   * verified as it is read; the check sums of the others come after what they are of, so that data
   * is good only when its end has been reached.
   *
   * @param in the file from its beginning; it is left open
   * @param file names it in messages
   * @return to be closed by the caller, as it may hold memory that isn't the heap's
   * @throws RepodataException if the file's beginning is damaged already
   * @throws IOException of {@code in}
   */
  public static InputStream open(InputStream in, String file, ReadLimits limits)
      throws IOException {
    Source source = new Source(in);
    BufferedInputStream buffered = new BufferedInputStream(source, BUFFER_BYTES);
    buffered.mark(Compression.MAGIC_BYTES);
    byte[] beginning = buffered.readNBytes(Compression.MAGIC_BYTES);
    buffered.reset();
    try {
      InputStream decoder = decoder(Compression.of(beginning), buffered, file);
      return new OpenedStream(decoder, source, file, limits);
    } catch (IOException | RuntimeException e) {
      throw OpenedStream.fault(source, file, e);
    } catch (LinkageError e) {
      throw new RepodataException(
          file
              + ": this system ("
              + System.getProperty("os.name")
              + ", "
              + System.getProperty("os.arch")
              + ") has no zstd: "
              + e.getMessage(),
          e);
    }
  }

  private static InputStream decoder(Compression compression, InputStream in, String file)
      throws IOException {
    return switch (compression) {
      case NONE -> in;
      case GZIP -> new GZIPInputStream(in, BUFFER_BYTES);
      case BZIP2 -> new BZip2CompressorInputStream(in, true);
      case XZ -> new XZInputStream(in, XZ_MEMORY_KB);
      case ZSTD -> new ZstdInputStream(in).setLongMax(ZSTD_WINDOW_LOG);
      case ZCHUNK -> new ZchunkStream(in, file);
    };
  }
}
