package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.awaitility.Awaitility;
import org.instantmirror.http.Via;
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
import org.junit.jupiter.params.provider.ValueSource;

/** The forward proxy, as a client of it sees it. */
class ForwardProxyTest {

  private static final byte[] RPM = Packages.rpm(50_000, 3);
  private static final byte[] PAGE = "not a package".getBytes(StandardCharsets.UTF_8);

  @AutoClose private final FakeUpstream first = FakeUpstream.start();
  @AutoClose private final FakeUpstream second = FakeUpstream.startOn("127.0.0.2");

  private RunningMirror.Setup setup() {
    return RunningMirror.setup()
        .main("proxy_port = 0")
        .main("proxy_hosts = " + first.hostPort() + " " + second.hostPort());
  }

  private RunningMirror overBoth() {
    return setup()
        .repo("repo", List.of(first.origin() + "/one/", second.origin() + "/two/"))
        .start();
  }

  private static RawResponse ask(RunningMirror mirror, String method, String url, String... fields)
      throws IOException {
    return RawClient.request(mirror.proxyPort(), method, url, fields);
  }

  @Test
  void theSameFileAtTwoBaseUrlsIsOneEntryAndOneFetch() throws IOException {
    first.file("/one/a^b.rpm", RPM);
    second.file("/two/a^b.rpm", RPM);
    try (RunningMirror mirror = overBoth()) {
      assertThat(ask(mirror, "GET", first.origin() + "/one/a%5Eb.rpm").body()).isEqualTo(RPM);
      mirror.awaitStored("a^b.rpm");
      RawResponse again = ask(mirror, "GET", second.origin() + "/two/a^b.rpm");
      assertThat(again.body()).isEqualTo(RPM);
      assertThat(again.header("Cache-Status")).contains("hit");
    }
    assertThat(first.requests()).hasSize(1);
    assertThat(second.requests()).isEmpty();
  }

  @Test
  void mirrorsOfAListThatTheClientHasAskedForAreOneRepository() throws IOException {
    String list = second.origin() + "/m1/42/\n" + first.origin() + "/m2/42/\n";
    first.file("/list", list.getBytes(StandardCharsets.UTF_8));
    second.file("/m1/42/a.rpm", RPM);
    first.file("/m2/42/a.rpm", RPM);
    try (RunningMirror mirror =
        setup()
            .section("[repo]\nmirrorlist=" + first.origin() + "/list?release=$releasever\n")
            .start()) {
      String asked = first.origin() + "/list?release=42";
      assertThat(ask(mirror, "GET", asked).text()).isEqualTo(list);
      assertThat(ask(mirror, "GET", first.origin() + "/m2/42/a.rpm").body()).isEqualTo(RPM);
      mirror.awaitStored("42/a.rpm");
      assertThat(ask(mirror, "GET", second.origin() + "/m1/42/a.rpm").body()).isEqualTo(RPM);
    }
    assertThat(first.requests("/m2/42/a.rpm").size() + second.requests("/m1/42/a.rpm").size())
        .isEqualTo(1);
  }

  @Test
  void packagesOfOtherHostsAreStoredUnderTheirHost() throws IOException {
    first.file("/x/a.rpm", RPM);
    try (RunningMirror mirror = setup().start()) {
      assertThat(ask(mirror, "GET", first.origin() + "/x/a.rpm").body()).isEqualTo(RPM);
      var stored = mirror.cacheDir().resolve("_proxy/" + first.hostPort() + "/x/a.rpm");
      Awaitility.await().until(() -> Files.exists(stored));
      assertThat(ask(mirror, "GET", first.origin() + "/x/a.rpm").header("Cache-Status"))
          .contains("hit");
      assertThat(mirror.request("GET", "/mirror/_proxy/" + first.hostPort() + "/x/a.rpm").status())
          .isEqualTo(404);
    }
    assertThat(first.requests()).hasSize(1);
  }

  @Test
  void packagesOfOtherHostsAreSentOnWhereNothingOfTheseIsStored() throws IOException {
    first.file("/x/a.rpm", RPM);
    try (RunningMirror mirror = setup().main("proxy_cache = no").start()) {
      assertThat(ask(mirror, "GET", first.origin() + "/x/a.rpm").body()).isEqualTo(RPM);
      assertThat(ask(mirror, "GET", first.origin() + "/x/a.rpm").body()).isEqualTo(RPM);
      assertThat(mirror.cacheDir().resolve("_proxy")).doesNotExist();
    }
    assertThat(first.requests()).hasSize(2);
  }

  @Test
  void credentialsAreForTheUpstreamAndNotForTheCache() throws IOException {
    first.file("/x/a.rpm", RPM);
    try (RunningMirror mirror = setup().start()) {
      ask(mirror, "GET", first.origin() + "/x/a.rpm", "Authorization: Basic eDp5");
      assertThat(mirror.cacheDir().resolve("_proxy")).doesNotExist();
    }
    assertThat(first.requests().get(0).header("Authorization")).contains("Basic eDp5");
  }

  @Test
  void anythingElseIsSentOnWithItsBodyAndTheHostOfTheUrl() throws IOException {
    first.file("/form", PAGE);
    try (RunningMirror mirror = setup().start();
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.sendRaw(
          "POST "
              + first.origin()
              + "/form?a=b HTTP/1.1\r\nHost: other.example\r\n"
              + "Content-Length: 4\r\nX-InstantMirror-Client: 1 2\r\n\r\nbody");
      assertThat(client.receive("POST").status()).isIn(200, 405);
    }
    var request = first.requests().get(0);
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.target()).isEqualTo("/form?a=b");
    assertThat(request.header("Host")).contains(first.hostPort());
    assertThat(request.header("Via").orElse("")).contains(Via.PSEUDONYM);
    assertThat(request.header("X-InstantMirror-Client")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTruncatedAnswerThatIsSentOnEndsTheConnection(boolean chunked) throws IOException {
    Behaviour cut = chunked ? Behaviour.proper().chunked() : Behaviour.proper();
    first.file("/page", RPM).always(cut.cutAfter(20_000));
    try (RunningMirror mirror = setup().start();
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.send("GET", first.origin() + "/page");
      assertBroken(client.receive("GET"));
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTruncatedPackageEndsTheConnection(boolean chunked) throws IOException {
    Behaviour cut = chunked ? Behaviour.proper().chunked() : Behaviour.proper();
    first.file("/one/a.rpm", RPM).always(cut.cutAfter(20_000));
    try (RunningMirror mirror =
            setup().repo("repo", List.of(first.origin() + "/one/"), "retries = 1").start();
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.send("GET", first.origin() + "/one/a.rpm");
      assertBroken(client.receive("GET"));
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  private static void assertBroken(RawResponse answer) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.complete()).isFalse();
    assertThat(answer.body().length).isLessThan(RPM.length);
  }

  @Test
  void oneConnectionTakesManyRequests() throws IOException {
    first.file("/one/a.rpm", RPM);
    first.file("/page", PAGE);
    second.file("/page", RPM);
    try (RunningMirror mirror = overBoth();
        RawClient client = new RawClient(mirror.proxyPort())) {
      for (int i = 0; i < 30; i++) {
        client.send("GET", first.origin() + "/one/a.rpm");
        assertThat(client.receive("GET").body()).isEqualTo(RPM);
        client.send("GET", first.origin() + "/page");
        assertThat(client.receive("GET").body()).isEqualTo(PAGE);
        client.send("HEAD", second.origin() + "/page");
        assertThat(client.receive("HEAD").status()).isEqualTo(200);
        client.send("GET", second.origin() + "/page");
        assertThat(client.receive("GET").body()).isEqualTo(RPM);
      }
    }
  }

  @Test
  void aSecondRequestBeforeTheFirstIsAnsweredEndsTheConnection() throws IOException {
    Gate gate = new Gate();
    first.file("/page", RPM).always(Behaviour.proper().headGated(gate));
    second.file("/page", PAGE);
    try (RunningMirror mirror = setup().start();
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.send("GET", first.origin() + "/page");
      gate.awaitRequest();
      client.send("GET", second.origin() + "/page");
      assertThat(client.isClosedByServer()).isTrue();
      gate.releaseAll();
    }
    assertThat(second.requests()).isEmpty();
  }

  @Test
  void whatStreamsArrivesAtOnce() throws IOException {
    Gate gate = new Gate();
    first.file("/one/a.rpm", RPM).always(Behaviour.proper().gated(gate));
    try (RunningMirror mirror = overBoth();
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.send("GET", first.origin() + "/one/a.rpm");
      gate.awaitRequest();
      gate.release(10_000);
      RawClient.Head head = client.receiveHead();
      assertThat(head.status()).isEqualTo(200);
      assertThat(client.readBody(5_000)).hasSize(5_000);
      gate.releaseAll();
    }
  }

  @Test
  void aTunnelLeadsToItsHost() throws IOException {
    first.file("/page", PAGE);
    try (RunningMirror mirror = setup().start();
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.sendRaw("CONNECT " + first.hostPort() + " HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.receiveHead().status()).isEqualTo(200);
      client.send("GET", "/page");
      assertThat(client.receive("GET").body()).isEqualTo(PAGE);
    }
    assertThat(first.requests().get(0).header("Via")).isEmpty();
  }

  @Test
  void tunnelsAreLimited() throws IOException {
    try (RunningMirror mirror = setup().main("proxy_tunnels = 1").start();
        RawClient one = new RawClient(mirror.proxyPort())) {
      String connect = "CONNECT " + first.hostPort() + " HTTP/1.1\r\nHost: x\r\n\r\n";
      one.sendRaw(connect);
      assertThat(one.receiveHead().status()).isEqualTo(200);
      try (RawClient other = new RawClient(mirror.proxyPort())) {
        other.sendRaw(connect);
        assertThat(other.receiveHead().status()).isEqualTo(503);
      }
      one.close();
      Awaitility.await()
          .untilAsserted(
              () -> {
                try (RawClient next = new RawClient(mirror.proxyPort())) {
                  next.sendRaw(connect);
                  assertThat(next.receiveHead().status()).isEqualTo(200);
                }
              });
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.3/x",
        "http://127.0.0.3/x.rpm",
        "http://169.254.169.254/latest/meta-data",
        "http://169.254.169.254/a.rpm",
        "http://[::1]/a.rpm",
        "http://[fe80::1]/a",
        "http://10.1.2.3/a.rpm",
        "http://localhost/a.rpm",
        "http://0x7f.1/a.rpm",
        "http://2130706433/a",
        "http://192.0.2.1:22/a",
        "http://192.0.2.1:8080/a.rpm",
        "http://engine.instantmirror.invalid/a.rpm"
      })
  void whatLeadsInsideIsRefused(String url) throws IOException {
    try (RunningMirror mirror = setup().start()) {
      assertThat(ask(mirror, "GET", url).status()).isIn(403, 502);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:80",
        "localhost:443",
        "192.0.2.1:25",
        "169.254.169.254:80",
        "x",
        "[::1]:443"
      })
  void tunnelsToTheInsideAreRefused(String target) throws IOException {
    try (RunningMirror mirror = setup().start();
        RawClient client = new RawClient(mirror.proxyPort())) {
      client.sendRaw("CONNECT " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.receiveHead().status()).isIn(400, 403);
    }
  }

  @Test
  void neitherTheMirrorItselfNorItsInnerDoorIsReachedThroughTheProxy() throws IOException {
    try (RunningMirror mirror = setup().start()) {
      String own = "http://127.0.0.1:" + mirror.port() + "/api/v1/repos";
      assertThat(ask(mirror, "GET", own).status()).isEqualTo(403);
      assertThat(ask(mirror, "GET", "/api/v1/repos").status()).isEqualTo(400);
    }
  }

  @Test
  void otherClientsAreRefused() throws IOException {
    first.file("/page", PAGE);
    try (RunningMirror mirror = setup().main("proxy_clients = 10.0.0.0/8").start()) {
      assertThat(ask(mirror, "GET", first.origin() + "/page").status()).isEqualTo(403);
    }
    assertThat(first.requests()).isEmpty();
  }

  @Test
  void aRequestThatHasBeenHereIsALoop() throws IOException {
    try (RunningMirror mirror = setup().start()) {
      RawResponse answer =
          ask(mirror, "GET", first.origin() + "/a.rpm", "Via: 1.1 squid, " + Via.OWN + " (x)");
      assertThat(answer.status()).isEqualTo(508);
    }
    assertThat(first.requests()).isEmpty();
  }
}
