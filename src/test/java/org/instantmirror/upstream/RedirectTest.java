package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hc.client5.http.DnsResolver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Promise 10: where redirects may lead, and what goes along. */
@Timeout(30)
class RedirectTest {

  private static final byte[] CONTENT = Bodies.bytes(3_000);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakeUpstream other = FakeUpstream.startOn("127.0.0.2");
  private final FakeNames names = new FakeNames();
  private final HttpUpstreamClient client = new HttpUpstreamClient(names, System::nanoTime);
  private final TestRepo repo = TestRepo.at(upstream.origin() + "/");

  @AfterEach
  void stop() {
    client.close();
    upstream.close();
    other.close();
  }

  /**
   * {@code public.example} is a public address, the others are private ones; names are recorded as
   * they are resolved.
   */
  private static final class FakeNames implements DnsResolver {
    final List<String> resolved = new CopyOnWriteArrayList<>();

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      resolved.add(host);
      return switch (host) {
        case "private.example" -> new InetAddress[] {address(10, 0, 0, 1)};
        case "mixed.example" -> new InetAddress[] {address(192, 0, 2, 1), address(127, 0, 0, 1)};
        case "up.example" -> new InetAddress[] {address(127, 0, 0, 1)};
        default -> InetAddress.getAllByName(host);
      };
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }

    private static InetAddress address(int... bytes) throws UnknownHostException {
      byte[] address = new byte[4];
      for (int i = 0; i < 4; i++) {
        address[i] = (byte) bytes[i];
      }
      return InetAddress.getByAddress(address);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void redirectWithinTheBaseUrlIsFollowed(int status) throws Exception {
    redirect(status, "../../there/b.rpm?x");
    upstream.file("/there/b.rpm", CONTENT);

    UpstreamResponse response = get("Range", "bytes=0-9", "If-Range", "\"x\"");

    assertThat(response.effectiveUri()).isEqualTo(upstream.uri("/there/b.rpm?x"));
    Bodies.readAll(response);
    RecordedRequest second = upstream.requests().get(1);
    assertThat(second.method()).isEqualTo("GET");
    assertThat(second.target()).isEqualTo("/there/b.rpm?x");
    assertThat(second.header("Range")).contains("bytes=0-9");
    assertThat(second.header("If-Range")).contains("\"x\"");
    assertThat(upstream.connectionsAccepted()).as("the connection is used again").isEqualTo(1);
  }

  @Test
  void headStaysHead() throws Exception {
    redirect(303, "/b");
    upstream.file("/b", CONTENT);

    client.execute(repo.request("HEAD", upstream.uri("/a/b/c.rpm"))).close();

    assertThat(upstream.requests())
        .extracting(RecordedRequest::method)
        .containsExactly("HEAD", "HEAD");
  }

  @ParameterizedTest
  @CsvSource({"300, /b", "304, /b", "305, /b", "201, /b"})
  void otherStatusesWithALocationAreAnswers(int status, String location) throws Exception {
    redirect(status, location);

    assertThat(get().status()).isEqualTo(status);
  }

  @Test
  void redirectWithoutLocationIsAnAnswer() throws Exception {
    upstream.file("/a/b/c.rpm", CONTENT).always(Behaviour.status(302));

    assertThat(get().status()).isEqualTo(302);
  }

  @Test
  void bigBodyOfARedirectIsNotRead() throws Exception {
    upstream
        .file("/a/b/c.rpm", CONTENT)
        .always(Behaviour.redirect(302, "/b").contentLength("1000000000000").stallAfter(5));
    upstream.file("/b", CONTENT);

    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @Test
  void tenRedirectsAreFollowed() throws Exception {
    chain(10);
    upstream.file("/hop/10", CONTENT);

    assertThat(Bodies.readAll(client.execute(repo.get(upstream.uri("/hop/0"))))).isEqualTo(CONTENT);
  }

  @Test
  void elevenRedirectsAreTooMany() {
    chain(11);

    assertRefused(() -> client.execute(repo.get(upstream.uri("/hop/0"))), "more than 10 redirects");
    assertThat(upstream.requests()).hasSize(11);
  }

  @Test
  void loopIsRefused() {
    chain(2);
    upstream.file("/hop/2", CONTENT).always(Behaviour.redirect(302, "/hop/1"));

    assertRefused(() -> client.execute(repo.get(upstream.uri("/hop/0"))), "redirect loop");
    assertThat(upstream.requests()).hasSize(3);
  }

  @Test
  void redirectToAnUnlistedLoopbackAddressIsRefused() {
    other.file("/b", CONTENT);
    redirect(302, other.origin() + "/b");

    assertRefused(this::get, "redirect_hosts");
    assertThat(other.connectionsAccepted()).isZero();
  }

  @Test
  void redirectToAListedHostIsFollowed() throws Exception {
    other.file("/b", CONTENT);
    redirect(302, other.origin() + "/b");
    repo.redirectHosts(other.hostPort());

    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);
  }

  @Test
  void redirectToAnotherPortOfTheSameHostIsRefused() {
    try (FakeUpstream neighbour = FakeUpstream.start()) {
      redirect(302, neighbour.origin() + "/b");

      assertRefused(this::get, "redirect_hosts");
      assertThat(neighbour.connectionsAccepted()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://LocalHost.:1/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://[64:ff9b::a00:1]/",
        "http://[fe80::1]/",
        "http://2130706433:1/",
        "http://0x7f000001:1/",
        "http://127.1:1/",
        "http://0.0.0.0:1/",
        "https://127.0.0.1:1/",
        "ftp://127.0.0.1/",
        "http://me:secret@public.example/",
        "http://private.example/",
        "http://mixed.example/",
      })
  void redirectInsideIsRefused(String location) {
    redirect(302, location);

    assertRefused(this::get, "not followed|redirect_hosts");
  }

  @Test
  void privateAddressBehindANameIsFoundWhenItIsResolved() {
    redirect(302, "http://private.example/");

    assertRefused(this::get, "private address 10\\.0\\.0\\.1");
    assertThat(names.resolved).contains("private.example");
  }

  @Test
  void eachHopIsChecked() {
    other.file("/b", CONTENT).always(Behaviour.redirect(302, "http://private.example/"));
    redirect(302, other.origin() + "/b");
    repo.redirectHosts(other.hostPort());

    assertRefused(this::get, "private address");
  }

  @Test
  void configuredNameMayHaveAPrivateAddress() throws Exception {
    String base = "http://up.example:" + upstream.port();
    upstream.file("/b", CONTENT);

    UpstreamResponse response =
        client.execute(TestRepo.at(base + "/").get(URI.create(base + "/b")));

    assertThat(Bodies.readAll(response)).isEqualTo(CONTENT);
  }

  @Test
  void credentialsStayWithTheBaseUrls() throws Exception {
    other.file("/b", CONTENT).always(Behaviour.redirect(302, upstream.uri("/back").toString()));
    upstream.file("/back", CONTENT);
    redirect(302, other.origin() + "/b");
    repo.credentials("me", "secret").redirectHosts(other.hostPort());

    assertThat(Bodies.readAll(get())).isEqualTo(CONTENT);

    assertThat(upstream.requests("/a/b/c.rpm").get(0).header("Authorization")).isPresent();
    assertThat(other.requests("/b").get(0).header("Authorization")).isEmpty();
    assertThat(upstream.requests("/back").get(0).header("Authorization")).isPresent();
  }

  @Test
  void secondBaseUrlGetsTheCredentialsToo() throws Exception {
    other.file("/b", CONTENT);
    redirect(302, other.origin() + "/b");
    TestRepo both =
        TestRepo.at(upstream.origin() + "/", other.origin() + "/").credentials("me", "secret");

    Bodies.readAll(client.execute(both.get(upstream.uri("/a/b/c.rpm"))));

    assertThat(other.requests("/b").get(0).header("Authorization")).isPresent();
  }

  private UpstreamResponse get(String... fields) throws UpstreamException {
    return client.execute(repo.get(upstream.uri("/a/b/c.rpm"), fields));
  }

  private UpstreamResponse get() throws UpstreamException {
    return get(new String[0]);
  }

  private void redirect(int status, String location) {
    upstream.file("/a/b/c.rpm", CONTENT).always(Behaviour.redirect(status, location));
  }

  private void chain(int length) {
    for (int i = 0; i < length; i++) {
      upstream.file("/hop/" + i, CONTENT).always(Behaviour.redirect(302, "/hop/" + (i + 1)));
    }
  }

  private static void assertRefused(ThrowingCallable call, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).as("%s", e).isEqualTo(Kind.REDIRECT))
        .hasMessageMatching("http.*(" + words + ").*");
  }
}
