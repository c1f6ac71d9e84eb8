package org.instantmirror.repodata;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Whatever bytes a reader gets: it ends, in values or in a {@link RepodataException}, within its
 * limits. An ordinary test run tries the inputs in the resources; docs/fuzzing.md says how to look
 * for others.
 */
class ReaderFuzzTest {
  /** Small, so that the limits themselves are met. */
  private static final ReadLimits LIMITS = new ReadLimits(1 << 20, 100, 4096, 100);

  @FuzzTest
  void repomd(byte[] file) throws IOException {
    read(file, in -> RepomdReader.read(in, "repomd.xml", LIMITS));
  }

  @FuzzTest
  void primary(byte[] file) throws IOException {
    read(file, in -> PrimaryReader.read(in, "primary.xml", LIMITS, entry -> {}));
  }

  @FuzzTest
  void updateInfo(byte[] file) throws IOException {
    read(file, in -> UpdateInfoReader.read(in, "updateinfo.xml", LIMITS, advisory -> {}));
  }

  @FuzzTest
  void metalink(byte[] file) throws IOException {
    read(file, in -> MetalinkReader.read(in, "metalink", LIMITS));
  }

  @FuzzTest
  void mirrorlist(byte[] file) throws IOException {
    read(file, in -> MirrorlistReader.read(in, "mirrorlist", LIMITS));
  }

  @FuzzTest
  void decompression(byte[] file) throws IOException {
    read(file, ReaderFuzzTest::open);
  }

  /** The fuzzer can't guess checksums: this makes a zchunk file of any header. */
  @FuzzTest
  void zchunk(byte[] header) throws IOException {
    byte[] data = header.length < 64 ? new byte[0] : Arrays.copyOf(header, 64);
    read(ZchunkFile.of(new byte[0]).file(header, data), ReaderFuzzTest::open);
  }

  private static void open(InputStream in) throws IOException {
    try (InputStream open = Decompression.open(in, "file", LIMITS)) {
      open.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static void read(byte[] file, Reading reading) throws IOException {
    try {
      reading.of(Text.stream(file));
    } catch (RepodataException e) {
      // As it should be.
    }
  }

  private interface Reading {
    void of(InputStream in) throws IOException;
  }
}
