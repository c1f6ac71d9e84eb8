package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.instantmirror.repodata.Metalink.MetalinkFile;
import org.instantmirror.repodata.Metalink.MetalinkUrl;
import org.instantmirror.repodata.Metalink.Version;
import org.junit.jupiter.api.Test;

class MetalinkWriterTest {

  private static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");

  private static Version version(Instant made, long size, String digit) {
    return new Version(
        made,
        size,
        List.of(
            new Checksum(ChecksumType.SHA256, digit.repeat(64)),
            new Checksum(ChecksumType.SHA512, digit.repeat(128))));
  }

  private static MetalinkUrl url(int preference, String url) {
    return new MetalinkUrl(url.substring(0, url.indexOf(':')), null, preference, URI.create(url));
  }

  private static Metalink read(String xml) throws IOException {
    return MetalinkReader.read(
        new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)),
        "written",
        ReadLimits.LISTING);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Metalink metalink =
        new Metalink(
            List.of(
                new MetalinkFile(
                    "repomd.xml",
                    version(MADE, 3000, "a"),
                    List.of(version(MADE.minusSeconds(60), 2999, "b")),
                    List.of(
                        url(100, "http://mirror.example:8080/mirror/x/repodata/repomd.xml"),
                        url(99, "https://up.example/x/repodata/repomd.xml")))));

    assertThat(read(MetalinkWriter.write(metalink))).isEqualTo(metalink);
  }

  @Test
  void whatIsUnknownIsLeftOut() throws IOException {
    Metalink metalink =
        new Metalink(
            List.of(
                new MetalinkFile(
                    "repomd.xml",
                    new Version(null, -1, List.of(new Checksum(ChecksumType.MD5, "0".repeat(32)))),
                    List.of(),
                    List.of(url(1, "http://up.example/repodata/repomd.xml")))));

    String xml = MetalinkWriter.write(metalink);

    assertThat(xml).doesNotContain("timestamp").doesNotContain("size").doesNotContain("alternate");
    assertThat(read(xml)).isEqualTo(metalink);
  }

  @Test
  void charactersOfXmlAreEscaped() throws IOException {
    Metalink metalink =
        new Metalink(
            List.of(
                new MetalinkFile(
                    "repomd.xml",
                    version(MADE, 1, "c"),
                    List.of(),
                    List.of(url(50, "http://up.example/a&b/repodata/repomd.xml")))));

    String xml = MetalinkWriter.write(metalink);

    assertThat(xml).contains("a&amp;b");
    assertThat(read(xml)).isEqualTo(metalink);
  }
}
