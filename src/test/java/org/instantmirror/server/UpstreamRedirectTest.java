package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an upstream may send the mirror, and what follows it there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpstreamRedirectTest {

  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakeUpstream allowed = FakeUpstream.startOn("127.0.0.2");
  private final FakeUpstream inner = FakeUpstream.startOn("127.0.0.3");
  private final RunningMirror mirror =
      RunningMirror.setup()
          .repo(
              upstream,
              "retries = 1",
              "connect_timeout = 1",
              "username = user",
              "password = secret",
              "redirect_hosts = " + allowed.hostPort())
          .start();

  @AfterAll
  void stop() {
    mirror.close();
    Stream.of(upstream, allowed, inner).forEach(FakeUpstream::close);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "file:/etc/passwd",
        "ftp://ftp.example/a.rpm",
        "gopher://127.0.0.1:25/x",
        "jar:http://127.0.0.1/x!/y",
        "javascript:alert(1)",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/a.rpm",
        "http://192.168.1.1/a.rpm",
        "http://172.16.0.1/a.rpm",
        "http://[::1]:INNER/a.rpm",
        "http://[fe80::1]/a.rpm",
        "http://[::ffff:127.0.0.3]:INNER/a.rpm",
        "http://127.0.0.3:INNER/a.rpm",
        "http://2130706435:INNER/a.rpm",
        "http://0x7f000003:INNER/a.rpm",
        "http://0177.0.0.3:INNER/a.rpm",
        "http://127.3:INNER/a.rpm",
        "http://localhost:INNER/a.rpm",
        "http://0.0.0.0:INNER/a.rpm",
        "http://",
        "http:///a.rpm",
        "http://user@127.0.0.3:INNER/a.rpm",
      })
  void aRedirectToAnotherSchemeOrAPrivateAddressIsABadGateway(String location) {
    inner.file("/a.rpm", Packages.rpm(100, 1));
    String target = location.replace("INNER", Integer.toString(inner.port()));
    for (String name : List.of("leads-away.rpm", "leads-away.txt")) {
      upstream.file("/" + name, new byte[0]).always(Behaviour.redirect(302, target));
      RawResponse answer = mirror.get(name);
      assertThat(answer.status()).as(name).isEqualTo(502);
      assertThat(mirror.stored(name)).doesNotExist();
    }
    assertThat(inner.requests()).isEmpty();
    byte[] good = Packages.rpm(100, 3);
    upstream.file("/good.rpm", good).etag("\"g\"");
    upstream.file("/good.txt", good);
    assertThat(mirror.get("good.rpm").body()).as("other files are none the worse").isEqualTo(good);
    assertThat(mirror.get("good.txt").body()).isEqualTo(good);
  }

  @Test
  void credentialsStayWithTheUpstreamTheyAreFor() {
    byte[] rpm = Packages.rpm(100, 2);
    upstream
        .file("/moved.rpm", new byte[0])
        .always(Behaviour.redirect(302, allowed.origin() + "/there.rpm"));
    allowed.file("/there.rpm", rpm).etag("\"1\"");
    assertThat(mirror.get("moved.rpm").body()).isEqualTo(rpm);
    assertThat(upstream.requests("/moved.rpm").get(0).header("Authorization")).isPresent();
    List<RecordedRequest> followed = allowed.requests("/there.rpm");
    assertThat(followed).hasSize(1);
    assertThat(followed.get(0).headers())
        .noneMatch(field -> field.getValue().contains("dXNlcjpzZWNyZXQ"))
        .noneMatch(field -> field.getKey().equalsIgnoreCase("Authorization"));
  }

  @Test
  void aRedirectLoopIsABadGateway() {
    upstream.file("/loop.rpm", new byte[0]).always(Behaviour.redirect(302, "/loop.rpm"));
    assertThat(mirror.get("loop.rpm").status()).isEqualTo(502);
    assertThat(upstream.requests("/loop.rpm")).hasSize(1);
  }
}
