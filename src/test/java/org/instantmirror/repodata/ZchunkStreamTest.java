package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.repodata.Text.refusal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ZchunkStreamTest {
  private static final byte[] CONTENT =
      Text.bytes("<package>some text of a package</package>\n".repeat(200));

  private static final byte[] DICT = Text.bytes("<package>some text of a package</package>\n");

  private static byte[] open(byte[] file) throws IOException {
    try (InputStream in =
        Decompression.open(Text.stream(file), "primary.zck", ReadLimits.DISTRIBUTION)) {
      return in.readAllBytes();
    }
  }

  private static String refusalOf(byte[] file) {
    return refusal(() -> open(file));
  }

  @Test
  void chunksAreOpenedInTheirOrder() throws IOException {
    assertThat(open(ZchunkFile.of(CONTENT).bytes())).isEqualTo(CONTENT);
    assertThat(open(ZchunkFile.of(new byte[0]).bytes())).isEmpty();
  }

  @Test
  void chunksAreOpenedWithTheDictionary() throws IOException {
    byte[] with = ZchunkFile.of(CONTENT).dict(DICT).bytes();
    assertThat(open(with)).isEqualTo(CONTENT);
    assertThat(with).hasSizeLessThan(ZchunkFile.of(CONTENT).bytes().length);
  }

  @Test
  void chunksThatAreNotCompressedAreGivenOut() throws IOException {
    assertThat(open(ZchunkFile.of(CONTENT).uncompressed().bytes())).isEqualTo(CONTENT);
    assertThat(open(ZchunkFile.of(CONTENT).uncompressed().dict(DICT).bytes())).isEqualTo(CONTENT);
  }

  @Test
  void eachTypeOfChecksumIsKnown() throws IOException {
    for (int ofData = 0; ofData < 4; ofData++) {
      for (int ofChunks = 0; ofChunks < 4; ofChunks++) {
        assertThat(open(ZchunkFile.of(CONTENT).sumTypes(ofData, ofChunks).bytes()))
            .isEqualTo(CONTENT);
      }
    }
  }

  @Test
  void optionalElementsAndChecksumsOfWhatIsOpenArePassedOver() throws IOException {
    assertThat(open(ZchunkFile.of(CONTENT).flags(2).bytes())).isEqualTo(CONTENT);
    assertThat(open(ZchunkFile.of(CONTENT).flags(4).bytes())).isEqualTo(CONTENT);
    assertThat(open(ZchunkFile.of(CONTENT).flags(6).dict(DICT).bytes())).isEqualTo(CONTENT);
  }

  @Test
  void streamsAndUnknownFlagsAreRefused() {
    assertThat(refusalOf(ZchunkFile.of(CONTENT).flags(1).bytes()))
        .isEqualTo("primary.zck: it has flags that aren't known: 1");
    assertThat(refusalOf(ZchunkFile.of(CONTENT).flags(8).bytes())).contains("aren't known: 8");
  }

  @Test
  void anyByteThatIsAlteredIsNoticed() {
    byte[] file = ZchunkFile.of(CONTENT).dict(DICT).bytes();
    for (int at = 0; at < file.length; at++) {
      byte[] altered = file.clone();
      altered[at] ^= 0x10;
      if (at < 5) {
        // Then it isn't zchunk, but some file that isn't compressed.
        continue;
      }
      assertThat(refusalOf(altered)).as("byte %d", at).startsWith("primary.zck: ");
    }
  }

  @Test
  void anyCutIsNoticed() {
    byte[] file = ZchunkFile.of(CONTENT).dict(DICT).bytes();
    for (int length = 5; length < file.length; length++) {
      assertThat(refusalOf(Arrays.copyOf(file, length))).as("cut at %d", length).contains("end");
    }
  }

  @Test
  void damagedChunkIsNeverGivenOut() throws IOException {
    byte[] file = ZchunkFile.of(CONTENT).uncompressed().bytes();
    file[file.length - 1] ^= 1;
    try (InputStream in =
        Decompression.open(Text.stream(file), "primary.zck", ReadLimits.DISTRIBUTION)) {
      byte[] whole = in.readNBytes(CONTENT.length / 1000 * 1000);
      assertThat(whole).isEqualTo(Arrays.copyOf(CONTENT, whole.length));
      assertThat(refusal(in::read)).contains("a chunk that isn't what its checksum says");
    }
  }

  @Test
  void chunksOrderIsVerified() {
    byte[] file = ZchunkFile.of(new byte[2000]).uncompressed().flags(0).bytes();
    // Both chunks are equal, so only the checksum of all could tell them apart; that of a file
    // whose data sum is wrong is noticed at the end.
    byte[] header = Arrays.copyOfRange(file, 39, file.length - 2000);
    header[0] ^= 1;
    byte[] altered = ZchunkFile.of(new byte[0]).file(header, new byte[2000]);
    assertThat(refusalOf(altered)).contains("its data isn't what its checksum says");
  }

  @Test
  void indexThatLiesAboutSizesIsRefused() {
    assertThat(refusalOf(ZchunkFile.of(CONTENT).lyingBy(1).bytes()))
        .contains("a chunk that isn't as long as its index says");
    assertThat(refusalOf(ZchunkFile.of(CONTENT).lyingBy(-1).bytes())).contains("chunk");
    assertThat(refusalOf(ZchunkFile.of(CONTENT).uncompressed().lyingBy(1).bytes()))
        .contains("a chunk that isn't as long as its index says");
    assertThat(refusalOf(ZchunkFile.of(CONTENT).lyingBy(1L << 50).bytes()))
        .contains("a chunk of more than 16777216 bytes");
  }

  @Test
  void absurdHeadersAreRefused() {
    ByteArrayOutputStream huge = new ByteArrayOutputStream();
    huge.writeBytes(new byte[] {0, 'Z', 'C', 'K', '1', (byte) 0x81});
    ZchunkFile.number(huge, 1L << 40);
    assertThat(refusalOf(huge.toByteArray())).contains("header is larger than 16777216 bytes");

    ByteArrayOutputStream endless = new ByteArrayOutputStream();
    endless.writeBytes(new byte[] {0, 'Z', 'C', 'K', '1', (byte) 0x81});
    endless.writeBytes(new byte[100]);
    assertThat(refusalOf(endless.toByteArray())).startsWith("primary.zck: ");

    byte[] unknownSum = {0, 'Z', 'C', 'K', '1', (byte) 0x89};
    assertThat(refusalOf(unknownSum)).contains("checksums of an unknown type: 9");
  }

  @Test
  void headerThatPromisesMoreThanItHoldsIsRefused() {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes(new byte[32]);
    ZchunkFile.number(header, 0);
    ZchunkFile.number(header, 2);
    ZchunkFile.number(header, 1000);
    assertThat(refusalOf(ZchunkFile.of(CONTENT).file(header.toByteArray(), new byte[0])))
        .contains("its header ends too early");

    ByteArrayOutputStream index = new ByteArrayOutputStream();
    index.writeBytes(new byte[32]);
    ZchunkFile.number(index, 0);
    ZchunkFile.number(index, 7);
    assertThat(refusalOf(ZchunkFile.of(CONTENT).file(index.toByteArray(), new byte[0])))
        .contains("compressed in an unknown way: 7");
  }
}
