package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.repodata.Text.refusal;
import static org.instantmirror.repodata.Text.stream;

import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.instantmirror.repodata.Metalink.MetalinkFile;
import org.instantmirror.repodata.Metalink.MetalinkUrl;
import org.instantmirror.repodata.Metalink.Version;
import org.junit.jupiter.api.Test;

class MetalinkReaderTest {
  private static final String SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
  private static final String MD5 = "900150983cd24fb0d6963f7d28e17f72";

  private static final String DOCUMENT =
      """
      <?xml version="1.0" encoding="utf-8"?>
      <metalink version="3.0" xmlns="http://www.metalinker.org/" type="dynamic"
        pubdate="Tue, 23 Sep 2025 11:00:00 GMT" generator="mirrormanager"
        xmlns:mm0="http://fedorahosted.org/mirrormanager">
       <files>
        <file name="repomd.xml">
         <mm0:timestamp>1700000000</mm0:timestamp>
         <size>4429</size>
         <verification>
          <hash type="md5">%1$s</hash>
          <hash type="sha1">%2$s</hash>
          <hash type="whirlpool">00</hash>
         </verification>
         <mm0:alternates>
          <mm0:alternate>
           <mm0:timestamp>1600000000</mm0:timestamp>
           <size>4428</size>
           <verification><hash type="sha1">%2$s</hash></verification>
          </mm0:alternate>
         </mm0:alternates>
         <resources maxconnections="1">
          <url protocol="https" type="https" location="DE" preference="100">https://a.example/f/repodata/repomd.xml</url>
          <url protocol="rsync" type="rsync" preference="99">rsync://b.example/f/repodata/repomd.xml</url>
          <url location="US" preference="1000">HTTP://c.example/$releasever/repomd.xml</url>
          <url protocol="http">not a url</url>
          <url protocol="http">repodata/repomd.xml</url>
         </resources>
        </file>
       </files>
      </metalink>
      """
          .formatted(MD5, SHA1);

  private static Metalink read(String document) throws IOException {
    return MetalinkReader.read(stream(document), "metalink", ReadLimits.LISTING);
  }

  @Test
  void allOfAFileIsRead() throws IOException {
    Checksum md5 = new Checksum(ChecksumType.MD5, MD5);
    Checksum sha1 = new Checksum(ChecksumType.SHA1, SHA1);
    assertThat(read(DOCUMENT).file("repomd.xml"))
        .contains(
            new MetalinkFile(
                "repomd.xml",
                new Version(Instant.ofEpochSecond(1_700_000_000), 4429, List.of(md5, sha1)),
                List.of(new Version(Instant.ofEpochSecond(1_600_000_000), 4428, List.of(sha1))),
                List.of(
                    new MetalinkUrl(
                        "https", "DE", 100, URI.create("https://a.example/f/repodata/repomd.xml")),
                    new MetalinkUrl(
                        "rsync", null, 99, URI.create("rsync://b.example/f/repodata/repomd.xml")),
                    new MetalinkUrl(
                        "http",
                        "US",
                        100,
                        URI.create("HTTP://c.example/$releasever/repomd.xml")))));
  }

  @Test
  void metalinkOfNoFileIsRefused() {
    assertThat(refusal(() -> read("<metalink><files/></metalink>"))).contains("lists no file");
    // As one of version 4 looks.
    assertThat(refusal(() -> read("<metalink><file name='repomd.xml'/></metalink>")))
        .contains("lists no file (as a metalink of version 3)");
    assertThat(refusal(() -> read("<metalink><files><file/></files></metalink>")))
        .contains("a <file> has no name");
  }

  @Test
  void moreItemsThanTheLimitAreRefused() {
    String url = "<url protocol=\"http\">http://a.example/</url>";
    assertThat(
            refusal(
                () -> read(DOCUMENT.replace("</resources>", url.repeat(10_000) + "</resources>"))))
        .contains("more than 10000 files, alternates and URLs");
  }
}
