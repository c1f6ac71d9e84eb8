package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people do with curl and wget: ranges, resuming, and looking at heads. */
@RequiresRpmTools
@RequiresPrograms({Program.NGINX, Program.CURL})
class CurlIT {
  @AutoClose private final WorkDirectory work = WorkDirectory.create("curl");
  @AutoClose private final MirroredRepository mirrored = MirroredRepository.overNginx();
  private final Path copy = work.path().resolve("copy.rpm");

  @ParameterizedTest
  @CsvSource({"0-0, 0, 1", "1000-1999, 1000, 1000", "10000000-10009999, 10000000, 10000"})
  void rangeOfAColdFileAndOfTheStoredFileAreTheSameBytes(String range, int offset, int length)
      throws IOException {
    byte[] whole = Files.readAllBytes(mirrored.repository().file(SampleRpm.BIG));
    byte[] expected = Arrays.copyOfRange(whole, offset, offset + length);

    Curl.download(mirrored.url(SampleRpm.BIG), copy, "--range", range).succeeded();
    assertThat(copy).hasBinaryContent(expected);

    Curl.download(mirrored.url(SampleRpm.BIG), copy).succeeded();
    Curl.download(mirrored.url(SampleRpm.BIG), copy, "--range", range).succeeded();
    assertThat(copy).hasBinaryContent(expected);
  }

  @Test
  void lastBytesOfAColdFileAreItsLastBytes() throws IOException {
    byte[] whole = Files.readAllBytes(mirrored.repository().file(SampleRpm.BIG));

    Curl.download(mirrored.url(SampleRpm.BIG), copy, "--range", "-500").succeeded();

    assertThat(copy).hasBinaryContent(Arrays.copyOfRange(whole, whole.length - 500, whole.length));
  }

  @Test
  void curlResumesAnInterruptedDownload() throws IOException {
    keepFirstMegabyte();

    Curl.download(mirrored.url(SampleRpm.BIG), copy, "--continue-at", "-").succeeded();

    assertThat(copy).hasSameBinaryContentAs(mirrored.repository().file(SampleRpm.BIG));
  }

  @Test
  @RequiresPrograms(Program.WGET)
  void wgetResumesAnInterruptedDownload() throws IOException {
    keepFirstMegabyte();

    Command.of(
            Program.WGET,
            "--no-config",
            "--tries=1",
            "--continue",
            "--output-document=" + copy,
            mirrored.url(SampleRpm.BIG))
        .run()
        .succeeded();

    assertThat(copy).hasSameBinaryContentAs(mirrored.repository().file(SampleRpm.BIG));
  }

  @Test
  void bytesThatUpstreamSentOnceAreNotAskedForAgain() {
    Curl.download(mirrored.url(SampleRpm.BIG), copy, "--range", "0-99").succeeded();
    Curl.download(mirrored.url(SampleRpm.BIG), copy).succeeded();
    Curl.download(mirrored.url(SampleRpm.BIG), copy).succeeded();

    assertThat(copy).hasSameBinaryContentAs(mirrored.repository().file(SampleRpm.BIG));
    assertThat(mirrored.upstream().accessLog().packageGets()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "libodd++-1.0^20240101git-1~rc1.noarch.rpm",
    "libodd%2b%2b-1.0%5e20240101git-1~rc1.noarch.rpm",
    "libodd%2B%2B-1.0%5E20240101git-1%7Erc1.noarch.rpm",
    "libodd++-1.0%5E20240101git-1%7erc1.noarch.rpm"
  })
  void everySpellingOfANameIsTheSameFile(String spelling) {
    Curl.download(mirrored.url(SampleRpm.ODD), copy).succeeded();
    Curl.download(mirrored.url() + spelling, copy).succeeded();

    assertThat(copy).hasSameBinaryContentAs(mirrored.repository().file(SampleRpm.ODD));
    assertThat(mirrored.upstream().accessLog().packageGets()).hasSize(1);
  }

  @Test
  void conditionalRequestForAStoredFileIsAnsweredByTheMirror() {
    Curl.download(mirrored.url(SampleRpm.HELLO), copy).succeeded();
    int asked = mirrored.upstream().accessLog().entries().size();

    CommandResult result =
        Curl.head(
            mirrored.url(SampleRpm.HELLO),
            "--header",
            "If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT");

    assertThat(result.succeeded().output()).startsWith("HTTP/1.1 304");
    assertThat(mirrored.upstream().accessLog().entries()).hasSize(asked);
  }

  @Test
  void cacheStatusTellsAFetchFromAHit() {
    CommandResult fetched = Curl.head(mirrored.url(SampleRpm.BIG)).succeeded();

    assertThat(fetched.output())
        .containsIgnoringCase("\ncache-status: InstantMirror; fwd=uri-miss");
    Curl.awaitHit(mirrored.url(SampleRpm.BIG));
  }

  private void keepFirstMegabyte() throws IOException {
    byte[] whole = Files.readAllBytes(mirrored.repository().file(SampleRpm.BIG));
    Files.write(copy, Arrays.copyOf(whole, 1 << 20));
  }
}
