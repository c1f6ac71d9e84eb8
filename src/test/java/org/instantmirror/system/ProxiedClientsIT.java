package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.instantmirror.testing.EchoServer;
import org.instantmirror.testing.Packages;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients other than dnf with the mirror for their proxy, each told of it in its own way. */
@RequiresPrograms({Program.NGINX, Program.CURL, Program.WGET})
class ProxiedClientsIT {
  private static final String PACKAGE = "a^b-1.0-1.noarch.rpm";

  @AutoClose private final WorkDirectory work = WorkDirectory.create("proxied-clients");
  private final Path documents = work.folder("documents");
  private final Path copy = work.path().resolve("copy");
  @AutoClose private final MirrorFiles files = MirrorFiles.create();
  private final int port = BoundPorts.next();
  private final String proxy = "http://127.0.0.1:" + port;

  private MirrorProcess mirror(String... hosts) {
    return MirrorProcess.start(
        files.settings("proxy_port = " + port, "proxy_hosts = " + String.join(" ", hosts)));
  }

  private static String authority(String url) {
    return URI.create(url).getAuthority();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http_proxy"})
  @RequiresRpmTools
  @RequiresPrograms({Program.ZYPPER, Program.ROOT_USER})
  void twoZyppersWithTwoBaseUrlsOfOneRepositoryAreOneFetch(String variable) {
    RpmRepository.create(documents, SampleRpm.HELLO, SampleRpm.ODD);
    try (NginxUpstream first = NginxUpstream.serving(documents);
        NginxUpstream second = NginxUpstream.serving(documents)) {
      files.section("samples", "baseurl=" + first.url() + " " + second.url());
      try (MirrorProcess mirror = mirror(authority(first.url()), authority(second.url()))) {
        for (NginxUpstream each : List.of(first, second)) {
          try (Zypper zypper = Zypper.behindProxy(each.url(), proxy, variable)) {
            zypper.run("refresh").succeeded();
            zypper.run("install", SampleRpm.ODD.packageName()).succeeded();
            assertThat(zypper.installed(SampleRpm.ODD)).exists();
          }
        }
        int packages =
            first.accessLog().packageGets().size() + second.accessLog().packageGets().size();
        assertThat(packages).as("HELLO and ODD").isEqualTo(2);
        assertThat(files.cached("samples", SampleRpm.ODD.fileName())).exists();
        mirror.awaitLog("access 127.0.0.1 GET " + second.url());
      }
    }
  }

  @Test
  void curlAndWgetTakeItFromTheEnvironmentAndFromOneCache() throws IOException {
    Path rpm = Files.write(documents.resolve(PACKAGE), Packages.rpm(300_000, 3));
    try (NginxUpstream upstream = NginxUpstream.serving(documents);
        MirrorProcess mirror = mirror(authority(upstream.url()))) {
      String url = upstream.url() + "a%5Eb-1.0-1.noarch.rpm";
      Command.of(Program.CURL, "--fail", "--silent", "--output", copy.toString(), url)
          .with("http_proxy", proxy)
          .run()
          .succeeded();
      assertThat(copy).hasSameBinaryContentAs(rpm);
      Curl.awaitHitThrough(proxy, url);
      Files.delete(copy);
      Command.of(Program.WGET, "--quiet", "--output-document=" + copy, url)
          .with("http_proxy", proxy)
          .run()
          .succeeded();
      assertThat(copy).hasSameBinaryContentAs(rpm);

      // What wget has only the first half of it goes on with.
      Files.write(copy, java.util.Arrays.copyOf(Files.readAllBytes(rpm), 150_000));
      Command.of(Program.WGET, "--quiet", "--continue", "--output-document=" + copy, url)
          .with("http_proxy", proxy)
          .run()
          .succeeded();
      assertThat(copy).hasSameBinaryContentAs(rpm);
      assertThat(upstream.accessLog().packageGets()).hasSize(1);
      mirror.awaitLog("\"InstantMirror; hit\"");
    }
  }

  @Test
  void otherMethodsArriveWithTheirBodies() throws IOException {
    byte[] body = new byte[3_000_000];
    new Random(1).nextBytes(body);
    Path form = Files.write(work.path().resolve("form"), body);
    try (EchoServer echo = EchoServer.start();
        MirrorProcess mirror = mirror(echo.hostPort())) {
      for (String each :
          new String[] {
            "POST Transfer-Encoding: chunked", "POST X: y", "PUT X: y", "PATCH X: y", "DELETE X: y"
          }) {
        String method = each.substring(0, each.indexOf(' '));
        String framing = each.substring(each.indexOf(' ') + 1);
        Curl.download(
                echo.origin() + "/form?a=b",
                copy,
                "--proxy",
                proxy,
                "--request",
                method,
                "--header",
                framing,
                "--data-binary",
                "@" + form)
            .succeeded();
        byte[] answer = Files.readAllBytes(copy);
        int head = answer.length - body.length;
        assertThat(new String(answer, 0, Math.max(0, head), StandardCharsets.ISO_8859_1))
            .isEqualTo(method + " /form?a=b\n");
        assertThat(java.util.Arrays.copyOfRange(answer, head, answer.length)).isEqualTo(body);
        mirror.awaitLog("proxy 127.0.0.1 " + method + " " + echo.origin());
      }
    }
  }

  @Test
  void aTunnelCarriesWhatIsInIt() throws IOException {
    try (EchoServer echo = EchoServer.start();
        MirrorProcess mirror = mirror(echo.hostPort())) {
      Curl.download(
              echo.origin() + "/x.rpm",
              copy,
              "--proxy",
              proxy,
              "--proxytunnel",
              "--data-binary",
              "in the tunnel")
          .succeeded();
      assertThat(copy).hasContent("POST /x.rpm\nin the tunnel");
      mirror.awaitLog("CONNECT " + echo.hostPort());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCutAnswerIsABrokenTransferAndTheNextOneIsWhole(TruncatingUpstream.Framing framing)
      throws IOException {
    Path rpm = Files.write(documents.resolve("whole.rpm"), Packages.rpm(300_000, 3));
    try (TruncatingUpstream cut = TruncatingUpstream.start(framing);
        NginxUpstream intact = NginxUpstream.serving(documents)) {
      files.repo("cut", cut.url() + "repo/", "retries=1");
      try (MirrorProcess mirror = mirror(authority(cut.url()), authority(intact.url()))) {
        // Of a repository, of a host that none names, and sent on.
        for (String path : new String[] {"repo/cut.rpm", "other/cut.rpm", "cut.iso"}) {
          Path next = work.path().resolve("next");
          CommandResult result =
              Curl.run(
                  List.of(
                      "--no-fail",
                      "--proxy",
                      proxy,
                      "--output",
                      copy.toString(),
                      cut.url() + path,
                      "--output",
                      next.toString(),
                      intact.url() + "whole.rpm",
                      "--write-out",
                      "%{exitcode} %{http_code} %{filename_effective}\n"));
          assertThat(result.output().lines().filter(line -> line.endsWith("copy")).toList())
              .as(path + ": " + result.output())
              .singleElement()
              .matches(line -> line.matches("(18|56) 200 .*"));
          assertThat(copy.toFile().length()).isLessThan(TruncatingUpstream.PROMISED);
          assertThat(next).hasSameBinaryContentAs(rpm);
          Files.delete(next);
        }
        assertThat(files.cached("cut", "cut.rpm")).doesNotExist();
        assertThat(files.cached("_proxy", authority(cut.url()) + "/other/cut.rpm")).doesNotExist();
        mirror.awaitLog("broken");
      }
    }
  }
}
