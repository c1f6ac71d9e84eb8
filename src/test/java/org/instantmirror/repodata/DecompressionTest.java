package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instantmirror.repodata.Text.refusal;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class DecompressionTest {
  private static final byte[] CONTENT = content();

  private static byte[] content() {
    byte[] noise = new byte[3_000];
    new Random(5).nextBytes(noise);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(Text.bytes("<metadata>"));
    content.writeBytes(noise);
    content.writeBytes(Text.bytes("text ".repeat(1000)));
    return content.toByteArray();
  }

  private static byte[] open(InputStream file, ReadLimits limits) throws IOException {
    try (InputStream in = Decompression.open(file, "file", limits)) {
      return in.readAllBytes();
    }
  }

  private static byte[] open(byte[] file) throws IOException {
    return open(Text.stream(file), ReadLimits.DISTRIBUTION);
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void eachFormIsToldByItsFirstBytesAndOpened(Compression compression) throws IOException {
    byte[] file = Compressed.of(compression, CONTENT);
    assertThat(Compression.of(Arrays.copyOf(file, 6))).isEqualTo(compression);
    assertThat(open(file)).isEqualTo(CONTENT);
    assertThat(open(Compressed.of(compression, new byte[0]))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "BZIP2", "XZ", "ZSTD"})
  void filesOneAfterTheOtherAreOne(Compression compression) throws IOException {
    byte[] file = Compressed.of(compression, CONTENT);
    // A stream that never says what is available, as pipes don't.
    InputStream twice =
        new FilterInputStream(new SequenceInputStream(Text.stream(file), Text.stream(file))) {
          @Override
          public int available() {
            return 0;
          }
        };
    assertThat(open(twice, ReadLimits.DISTRIBUTION)).hasSize(2 * CONTENT.length);
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, mode = Mode.EXCLUDE, names = "NONE")
  void anyCutIsNoticed(Compression compression) {
    byte[] file = Compressed.of(compression, CONTENT);
    for (int length = 6; length < file.length; length += length < 100 ? 1 : 7) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThat(refusal(() -> open(cut))).as("cut at %d", length).startsWith("file: ");
    }
  }

  @ParameterizedTest
  @EnumSource(value = Compression.class, mode = Mode.EXCLUDE, names = "NONE")
  void damageEndsInARefusalOrHasNoEffect(Compression compression) throws IOException {
    byte[] file = Compressed.of(compression, CONTENT);
    for (int at = 6; at < file.length; at += at < 100 || at > file.length - 100 ? 1 : 13) {
      byte[] altered = file.clone();
      altered[at] ^= 0x55;
      try {
        // A date or a name in a gzip header, a frame's content without a checksum of its own.
        assertThat(open(altered)).hasSizeLessThan(2 * CONTENT.length);
      } catch (RepodataException e) {
        assertThat(e).hasMessageStartingWith("file: ");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void whatIsLargerThanTheLimitIsRefused(Compression compression) throws IOException {
    byte[] file = Compressed.of(compression, CONTENT);
    ReadLimits just = new ReadLimits(CONTENT.length, 250, 1, 1);
    ReadLimits less = new ReadLimits(CONTENT.length - 1, 250, 1, 1);
    assertThat(open(Text.stream(file), just)).isEqualTo(CONTENT);
    assertThat(refusal(() -> open(Text.stream(file), less)))
        .isEqualTo("file: it is larger than 8009 bytes when decompressed");
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "BZIP2", "XZ", "ZSTD"})
  void bombsAreRefusedEarly(Compression compression) throws IOException {
    byte[] bomb = Compressed.zeros(compression, 100 << 20);
    try (InputStream in = Decompression.open(Text.stream(bomb), "bomb", ReadLimits.DISTRIBUTION)) {
      byte[] block = new byte[1 << 16];
      long count = 0;
      String refusal = "";
      while (refusal.isEmpty() && count < (50 << 20)) {
        try {
          count += in.read(block);
        } catch (RepodataException e) {
          refusal = String.valueOf(e.getMessage());
        }
      }
      assertThat(refusal).contains("more than 250 times as large when decompressed");
      assertThat(count).isBetween(ReadLimits.ANY_RATIO_BYTES - block.length, 40L << 20);
    }
  }

  @Test
  void smallFilesMayBeOfAnyRatio() throws IOException {
    byte[] zeros = Compressed.zeros(Compression.ZSTD, 10 << 20);
    assertThat(zeros).hasSizeLessThan(2000);
    assertThat(open(zeros)).hasSize(10 << 20);
  }

  @Test
  void xzThatNeedsTooMuchMemoryIsRefused() throws IOException {
    byte[] file = Compressed.of(Compression.XZ, CONTENT);
    // The dictionary's size and the checksum of the block header that holds it: section 3.1.
    ByteBuffer header = ByteBuffer.wrap(file, 12, 12).slice().order(ByteOrder.LITTLE_ENDIAN);
    CRC32 crc = new CRC32();
    for (int exponent : new int[] {28, 29, 32}) {
      header.put(4, (byte) exponent);
      crc.reset();
      crc.update(file, 12, 8);
      header.putInt(8, (int) crc.getValue());
      if (exponent == 28) {
        assertThat(open(file)).as("64 MB, as xz -9 takes").isEqualTo(CONTENT);
      } else {
        assertThat(refusal(() -> open(file))).contains("memory");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void faultOfTheStreamIsPassedOnAndIsNoDamage(Compression compression) {
    byte[] file = Compressed.of(compression, CONTENT);
    IOException broken = new IOException("broken disk");
    for (int length : new int[] {0, 3, 6, 20, file.length / 2}) {
      InputStream in = Text.brokenAfter(Arrays.copyOf(file, length), broken);
      assertThatThrownBy(() -> open(in, ReadLimits.DISTRIBUTION)).as("%d", length).isSameAs(broken);
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void callersStreamStaysOpen(Compression compression) throws IOException {
    AtomicBoolean closed = new AtomicBoolean();
    InputStream in =
        new FilterInputStream(Text.stream(Compressed.of(compression, CONTENT))) {
          @Override
          public void close() {
            closed.set(true);
          }
        };
    assertThat(open(in, ReadLimits.DISTRIBUTION)).isEqualTo(CONTENT);
    assertThat(closed).isFalse();
  }

  @Test
  void limitsBeginAtOne() {
    assertThatThrownBy(() -> new ReadLimits(0, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
