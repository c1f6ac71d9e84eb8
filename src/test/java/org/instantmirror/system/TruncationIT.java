package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A body that can't be finished must look unfinished to the client, also through an Apache
 * (mod_proxy_http) or nginx in front of the mirror, which sees a connection and not our intention.
 */
@RequiresPrograms({Program.APACHE, Program.NGINX, Program.CURL})
class TruncationIT {
  /** Larger than what the sockets' buffers between a mirror, Apache and a client can hold. */
  private static final int LARGE = 96 << 20;

  private static final String CUT = "cut-1.0-1.noarch.rpm";

  private final WorkDirectory work = WorkDirectory.create("truncation");
  private final Path copy = work.path().resolve("copy");
  private final MirrorFiles files = MirrorFiles.create();

  @AfterEach
  void removeFiles() {
    files.close();
    work.close();
  }

  @ParameterizedTest
  @EnumSource
  void cutUpstreamIsABrokenTransferAtTheClient(TruncatingUpstream.Framing framing) {
    try (TruncatingUpstream upstream = TruncatingUpstream.start(framing)) {
      files.repo("cut", upstream.url(), "retries=1");
      try (MirrorProcess mirror = MirrorProcess.start(files)) {
        assertBroken(Curl.download(mirror.repoUrl("cut") + CUT, copy, "--max-time", "100"));
      }
      assertThat(files.cached("cut", CUT)).doesNotExist();
    }
  }

  @ParameterizedTest
  @EnumSource
  void cutUpstreamIsABrokenTransferAtAClientOfApache(TruncatingUpstream.Framing framing)
      throws IOException {
    assertBrokenBehind(ApacheServer::before, framing);
  }

  @ParameterizedTest
  @EnumSource
  void cutUpstreamIsABrokenTransferAtAClientOfNginx(TruncatingUpstream.Framing framing)
      throws IOException {
    assertBrokenBehind(NginxFront::before, framing);
  }

  private void assertBrokenBehind(
      Function<String, Upstream> frontBefore, TruncatingUpstream.Framing framing)
      throws IOException {
    Path whole = Files.write(work.folder("repo").resolve("whole.img"), randomBytes(1 << 16));
    try (TruncatingUpstream upstream = TruncatingUpstream.start(framing);
        Upstream intact = NginxUpstream.serving(work.folder("repo"))) {
      files.repo("cut", upstream.url(), "retries=1").repo("intact", intact.url());
      try (MirrorProcess mirror = MirrorProcess.start(files);
          Upstream front = frontBefore.apply(mirror.url())) {
        String url = front.url() + "mirror/cut/" + CUT;

        assertBroken(Curl.download(url, copy, "--max-time", "100"));
        // Also as the second answer of a client's connection.
        Curl.SecondOfTwo second =
            Curl.secondOfTwo(front.url() + "mirror/intact/whole.img", url, copy);
        assertThat(second.newConnections()).isZero();
        assertThat(second.exitCode()).isIn(Curl.PARTIAL_FILE, Curl.RECEIVE_ERROR, Curl.HTTP_ERROR);
        assertThat(copy.toFile().length()).isLessThan(TruncatingUpstream.PROMISED);

        // The front server keeps connections to the mirror: nothing of the cut body may be left.
        for (int i = 0; i < 3; i++) {
          Curl.download(front.url() + "mirror/intact/whole.img", copy).succeeded();
          assertThat(copy).hasSameBinaryContentAs(whole);
        }
      }
    }
  }

  @Test
  void storedFileThatShrinksWhileItIsSentIsABrokenTransferAtAClientOfApache() throws Exception {
    Path iso = Files.write(work.folder("repo/images").resolve("boot.iso"), randomBytes(LARGE));
    try (Upstream upstream = NginxUpstream.serving(work.folder("repo"))) {
      files.repo("large", upstream.url());
      try (MirrorProcess mirror = MirrorProcess.start(files);
          Upstream front = ApacheServer.before(mirror.url())) {
        String url = front.url() + "mirror/large/images/boot.iso";
        Curl.download(url, copy).succeeded();
        assertThat(copy).hasSameBinaryContentAs(iso);

        int exitCode = readWhileShrinking(url, files.cached("large", "images/boot.iso"));

        assertThat(exitCode).isIn(Curl.PARTIAL_FILE, Curl.RECEIVE_ERROR);
      }
    }
  }

  /** Has curl wait in the middle, with its pipe full, until the file has lost its second half. */
  private int readWhileShrinking(String url, Path stored) throws Exception {
    Process curl =
        Command.of(Program.CURL, "--silent", "--fail", "--no-buffer", "--max-time", "60", url)
            .startPiped(work.path().resolve("curl.log"));
    try (InputStream body = curl.getInputStream()) {
      assertThat(body.readNBytes(1 << 20)).hasSize(1 << 20);
      try (FileChannel channel = FileChannel.open(stored, StandardOpenOption.WRITE)) {
        channel.truncate(LARGE / 2);
      }
      long rest = body.transferTo(OutputStream.nullOutputStream());
      assertThat(rest).isLessThan(LARGE - (1 << 20));
      return curl.waitFor();
    } finally {
      curl.destroyForcibly();
    }
  }

  /**
   * The status was a success, as nobody could know better then, and the body came short; or, where
   * the break came before the mirror had sent its first byte, it was an honest 502.
   */
  private void assertBroken(CommandResult result) {
    if (result.exitCode() == Curl.HTTP_ERROR) {
      assertThat(result.output()).contains("502");
      return;
    }
    assertThat(List.of(Curl.PARTIAL_FILE, Curl.RECEIVE_ERROR))
        .as("what curl printed: %s", result.output())
        .contains(result.exitCode());
    assertThat(copy.toFile().length()).isLessThan(TruncatingUpstream.PROMISED);
  }

  private static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
