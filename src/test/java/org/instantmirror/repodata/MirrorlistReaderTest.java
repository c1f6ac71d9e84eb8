package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.repodata.Text.refusal;
import static org.instantmirror.repodata.Text.stream;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class MirrorlistReaderTest {

  private static List<URI> read(String list) throws IOException {
    return MirrorlistReader.read(stream(list), "mirrorlist", ReadLimits.LISTING);
  }

  @Test
  void eachLineIsAUrl() throws IOException {
    assertThat(
            read(
                "# repo = fedora\r\n\r\n https://a.example/f/ \r\nrsync://b.example/f\n\nhttp://c.example/$basearch"))
        .containsExactly(
            URI.create("https://a.example/f/"),
            URI.create("rsync://b.example/f"),
            URI.create("http://c.example/$basearch"));
  }

  @Test
  void linesThatAreNoUrlDontCount() throws IOException {
    assertThat(read("some words\n/relative\nhttp://a.example/\nhttp:///nohost\nhttp://b c/\n"))
        .containsExactly(URI.create("http://a.example/"));
  }

  @Test
  void listWithoutAUrlIsRefusedWithWhatItBegins() {
    assertThat(refusal(() -> read("")))
        .isEqualTo("mirrorlist: it holds no URL, but begins with ''");
    assertThat(refusal(() -> read("# nothing\n")))
        .isEqualTo("mirrorlist: it holds no URL, but begins with ''");
    assertThat(refusal(() -> read("<!DOCTYPE html>\n<html>not\u001b[0m found</html>")))
        .isEqualTo("mirrorlist: it holds no URL, but begins with '<!DOCTYPE html>'");
    assertThat(refusal(() -> read("Bad \u001b[31m" + "x".repeat(1000))))
        .contains("begins with 'Bad ?[31mxxx")
        .hasSizeLessThan(150);
  }

  @Test
  void moreUrlsOrBytesThanTheLimitsAreRefused() {
    assertThat(refusal(() -> read("http://a.example/\n".repeat(10_001))))
        .contains("more than 10000 URLs");
    assertThat(refusal(() -> read("x".repeat(9 << 20)))).contains("larger than 8388608 bytes");
  }
}
