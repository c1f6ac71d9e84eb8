package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeProxy;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plain HTTP through a proxy; the names in it exist nowhere, so only the proxy can resolve them.
 */
@Timeout(30)
class ProxyTest {

  private static final byte[] CONTENT = Bodies.bytes(5_000);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakeProxy proxy = FakeProxy.to(upstream.port());
  private final HttpUpstreamClient client = new HttpUpstreamClient();
  private final TestRepo repo = TestRepo.at("http://up.invalid/base/").proxy(proxy.uri());

  @AfterEach
  void stop() {
    client.close();
    proxy.close();
    upstream.close();
  }

  @Test
  void proxyIsAskedInAbsoluteFormWithTheTargetAsItIs() throws Exception {
    upstream.file("/base/a+b^c.rpm", CONTENT);

    assertThat(Bodies.readAll(get("http://up.invalid/base/a%2Bb%5Ec.rpm?q=%20")))
        .isEqualTo(CONTENT);

    assertThat(proxy.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.target()).isEqualTo("http://up.invalid/base/a%2Bb%5Ec.rpm?q=%20");
              assertThat(request.header("Host")).contains("up.invalid");
              assertThat(request.header("Proxy-Authorization")).isEmpty();
            });
  }

  @Test
  void credentialsOfTheProxyAreSentUnaskedAndToItAlone() throws Exception {
    repo.proxyCredentials("me", "secret").credentials("you", "other");
    upstream.file("/base/a", CONTENT);

    Bodies.readAll(get("http://up.invalid/base/a"));

    assertThat(proxy.requests().get(0).header("Proxy-Authorization"))
        .contains("Basic bWU6c2VjcmV0");
    assertThat(proxy.requests().get(0).header("Authorization")).contains("Basic eW91Om90aGVy");
  }

  @Test
  void redirectToAForeignNameGoesThroughTheProxy() throws Exception {
    upstream.file("/base/a", CONTENT).always(Behaviour.redirect(302, "http://cdn.invalid/b"));
    upstream.file("/b", CONTENT);

    UpstreamResponse response = get("http://up.invalid/base/a");

    assertThat(response.effectiveUri()).isEqualTo(URI.create("http://cdn.invalid/b"));
    assertThat(Bodies.readAll(response)).isEqualTo(CONTENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/b",
        "http://10.1.2.3/b",
        "http://localhost/b",
        "http://[::1]/b",
        "http://0x7f.1/b"
      })
  void literalsAreCheckedBehindAProxyToo(String location) {
    upstream.file("/base/a", CONTENT).always(Behaviour.redirect(302, location));

    assertFault(Kind.REDIRECT);
    assertThat(proxy.requests()).hasSize(1);
  }

  @Test
  void demandForCredentialsByTheProxyIsNotTheUpstreamsAnswer() {
    proxy.refuseWith(407);

    assertFault(Kind.UNREACHABLE);
  }

  @Test
  void deadProxyIsUnreachable() throws IOException {
    // Bound and not listening: refuses, and nobody else can be given the port meanwhile.
    try (Socket held = new Socket()) {
      held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      repo.proxy(URI.create("http://127.0.0.1:" + held.getLocalPort()));

      assertFault(Kind.UNREACHABLE);
    }
  }

  private UpstreamResponse get(String uri) throws UpstreamException {
    return client.execute(repo.get(URI.create(uri)));
  }

  private void assertFault(Kind kind) {
    assertThatThrownBy(() -> get("http://up.invalid/base/a"))
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).as("%s", e).isEqualTo(kind));
  }
}
