package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.V1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of hosts that no repository names: what these let others have. */
class StrangersFileTest {

  private static final byte[] RPM = Packages.rpm(40_000, 4);
  private static final String VIA = "Via: 1.1 squid.example (squid/5.7)";

  @AutoClose private final FakeUpstream stranger = FakeUpstream.start();
  @AutoClose private final FakeUpstream elsewhere = FakeUpstream.startOn("127.0.0.2");

  private RunningMirror.Setup setup() {
    return RunningMirror.setup()
        .main("proxy_port = 0")
        .main("proxy_peers = 127.0.0.0/8")
        .main("proxy_hosts = " + stranger.hostPort() + " " + elsewhere.hostPort());
  }

  private RawResponse ask(RunningMirror mirror, String... fields) throws IOException {
    return RawClient.request(mirror.proxyPort(), "GET", stranger.origin() + "/x/a.rpm", fields);
  }

  private RawResponse askAsPeer(RunningMirror mirror, String field) throws IOException {
    try (RawClient client = new RawClient(mirror.port())) {
      client.sendRaw(
          "GET /x/a.rpm HTTP/1.1\r\nHost: %s\r\n%s\r\n%s\r\n\r\n"
              .formatted(stranger.hostPort(), VIA, field));
      return client.receive("GET");
    }
  }

  private Path stored(RunningMirror mirror) {
    return mirror.cacheDir().resolve("_proxy/" + stranger.hostPort() + "/x/a.rpm");
  }

  private void awaitStored(RunningMirror mirror) {
    Awaitility.await().until(() -> Files.exists(stored(mirror)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Cache-Control | private, max-age=60",
        "Cache-Control | no-store",
        "Vary          | Cookie",
        "Vary          | *",
        "Set-Cookie    | session=1; Path=/",
      })
  void whatIsForOneClientIsPassedToEachAndKeptForNobody(String field, String value)
      throws IOException {
    stranger.file("/x/a.rpm", RPM).header(field, value);
    try (RunningMirror mirror = setup().start()) {
      for (int i = 0; i < 3; i++) {
        RawResponse answer = ask(mirror);
        assertThat(answer.body()).isEqualTo(RPM);
        assertThat(answer.header(field)).isEqualTo(value);
        assertThat(answer.header("Cache-Status")).contains("detail=not-shared");
        assertThat(answer.header("Content-Security-Policy")).isNull();
      }
      assertThat(mirror.cacheDir().resolve("_proxy")).doesNotExist();
      // The first found it out; that is remembered for as long as a 404 is.
      assertThat(stranger.requests()).hasSize(4);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"Cache-Control | public, max-age=60", "Vary | Accept-Encoding"})
  void whatOthersMayHaveIsKept(String field, String value) throws IOException {
    stranger.file("/x/a.rpm", RPM).header(field, value);
    try (RunningMirror mirror = setup().start()) {
      assertThat(ask(mirror).body()).isEqualTo(RPM);
      awaitStored(mirror);
      assertThat(ask(mirror).header("Cache-Status")).contains("hit");
      assertThat(stranger.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"Cache-Control | private", "Vary | *", "Set-Cookie | a=b"})
  void aRepositoryIsMirroredWhateverItsHostSaysOfCaches(String field, String value)
      throws IOException {
    stranger.file("/x/a.rpm", RPM).header(field, value);
    try (RunningMirror mirror = setup().repo("repo", List.of(stranger.origin() + "/x/")).start()) {
      RawResponse answer = ask(mirror);
      assertThat(answer.body()).isEqualTo(RPM);
      assertThat(answer.header("Set-Cookie")).isNull();
      mirror.awaitStored("a.rpm");
      assertThat(ask(mirror).header("Cache-Status")).contains("hit");
    }
  }

  @Test
  void whoWaitsForTheSameFileGetsOneOfHisOwn() throws Exception {
    Gate gate = new Gate();
    stranger
        .file("/x/a.rpm", RPM)
        .header("Cache-Control", "private")
        .next(Behaviour.proper().headGated(gate));
    try (RunningMirror mirror = setup().start();
        RawClient first = new RawClient(mirror.proxyPort());
        RawClient second = new RawClient(mirror.proxyPort())) {
      first.send("GET", stranger.origin() + "/x/a.rpm");
      gate.awaitRequest();
      second.send("GET", stranger.origin() + "/x/a.rpm");
      gate.releaseAll();
      assertThat(first.receive("GET").body()).isEqualTo(RPM);
      assertThat(second.receive("GET").body()).isEqualTo(RPM);
      assertThat(mirror.cacheDir().resolve("_proxy")).doesNotExist();
    }
    assertThat(stranger.requests()).hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void whatIsKeptIsDroppedWhenItsHostSaysThatItIsForOneClient() throws IOException {
    stranger.file("/x/a.rpm", RPM).lastModified(V1);
    try (RunningMirror mirror = setup().main("package_expire = 0").start()) {
      assertThat(ask(mirror).body()).isEqualTo(RPM);
      awaitStored(mirror);
      assertThat(ask(mirror).header("Cache-Status")).contains("fwd-status=304");
      stranger.file("/x/a.rpm", RPM).lastModified(V1).header("Cache-Control", "private");
      RawResponse answer = ask(mirror);
      assertThat(answer.body()).isEqualTo(RPM);
      assertThat(answer.header("Cache-Status")).contains("detail=not-shared");
      assertThat(stored(mirror)).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Authorization: Basic eDp5", "Cookie: session=1", "Cache-Control: no-store"})
  void whatAClientAsksForItselfIsNeitherKeptNorFromTheCache(String field) throws IOException {
    stranger.file("/x/a.rpm", RPM);
    String name = field.substring(0, field.indexOf(':'));
    try (RunningMirror mirror = setup().start()) {
      assertThat(ask(mirror, field).body()).isEqualTo(RPM);
      assertThat(askAsPeer(mirror, field).body()).isEqualTo(RPM);
      assertThat(mirror.cacheDir().resolve("_proxy")).doesNotExist();
      assertThat(ask(mirror).body()).isEqualTo(RPM);
      awaitStored(mirror);
      assertThat(askAsPeer(mirror, field).body()).isEqualTo(RPM);
    }
    assertThat(stranger.requests()).hasSize(4);
    for (int mine : new int[] {0, 1, 3}) {
      assertThat(stranger.requests().get(mine).header(name))
          .contains(field.substring(field.indexOf(' ') + 1));
    }
  }

  @Test
  void credentialsDoNotFollowToAnotherHost() throws IOException {
    elsewhere.file("/y/a.rpm", RPM);
    stranger.file("/x/a.rpm", RPM).always(Behaviour.redirect(302, elsewhere.origin() + "/y/a.rpm"));
    try (RunningMirror mirror = setup().start()) {
      assertThat(askAsPeer(mirror, "Authorization: Basic eDp5").body()).isEqualTo(RPM);
    }
    assertThat(stranger.requests().get(0).header("Authorization")).contains("Basic eDp5");
    assertThat(elsewhere.requests().get(0).header("Authorization")).isEmpty();
  }

  @Test
  void credentialsForTheMirrorItselfStayHere() throws IOException {
    stranger.file("/x/a.rpm", RPM);
    stranger.file("/x/page", RPM);
    try (RunningMirror mirror = setup().repo("repo", List.of(stranger.origin() + "/x/")).start()) {
      mirror.get("a.rpm", "Authorization: Basic eDp5", "Cookie: a=b");
      mirror.get("page", "Authorization: Basic eDp5", "Cookie: a=b");
    }
    assertThat(stranger.requests())
        .hasSize(2)
        .allMatch(each -> each.header("Authorization").isEmpty())
        .allMatch(each -> each.header("Cookie").isEmpty());
  }
}
