package org.instantmirror.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeProxy;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsTest {

  private static final byte[] CONTENT = Bodies.bytes(20_000);

  /** Fixed parts of the JDK's PKCS#8 forms, before the older form that they wrap. */
  private static final int PKCS8_HEAD_RSA_2048 = 26;

  private static Path folder;
  private static TestKeys server;
  private static TestKeys stranger;
  private static TestKeys rsaClient;
  private static TestKeys ecClient;

  private final HttpUpstreamClient client = new HttpUpstreamClient();

  @BeforeAll
  static void makeKeys(@TempDir Path temporary) throws Exception {
    folder = temporary;
    server = TestKeys.make(folder, "server", "EC", "ip:127.0.0.1");
    stranger = TestKeys.make(folder, "stranger", "EC", "dns:elsewhere.example");
    rsaClient = TestKeys.make(folder, "rsa-client", "RSA", "dns:client");
    ecClient = TestKeys.make(folder, "ec-client", "EC", "dns:client");
  }

  @AfterEach
  void stop() {
    client.close();
  }

  @Test
  void unknownCertificateIsRefused() throws Exception {
    try (FakeUpstream upstream = upstream(server, false, rsaClient)) {
      assertUnreachable(upstream, TestRepo.at(upstream.origin() + "/"), "TLS: ");
    }
  }

  @Test
  void certificateOfAGivenAuthorityIsTrusted() throws Exception {
    Path both =
        server.pem(
            "both.crt", "CERTIFICATE", stranger.certificate(), "CERTIFICATE", server.certificate());
    try (FakeUpstream upstream = upstream(server, false, rsaClient)) {
      assertServed(upstream, TestRepo.at(upstream.origin() + "/").caCert(both));
    }
  }

  @Test
  void certificateForAnotherHostIsRefused() throws Exception {
    try (FakeUpstream upstream = upstream(stranger, false, rsaClient)) {
      assertUnreachable(
          upstream,
          TestRepo.at(upstream.origin() + "/").caCert(stranger.certificatePem()),
          "TLS: ");
    }
  }

  @Test
  void anythingIsTrustedWithoutVerification() throws Exception {
    try (FakeUpstream upstream = upstream(stranger, false, rsaClient)) {
      assertServed(upstream, TestRepo.at(upstream.origin() + "/").trustingAnybody());
    }
  }

  @Test
  void clientCertificateWithPkcs8Key() throws Exception {
    Path key = rsaClient.pem("rsa8.key", "PRIVATE KEY", rsaClient.key().getEncoded());
    assertClientAccepted(rsaClient, rsaClient.certificatePem(), key);
  }

  @Test
  void clientCertificateAndKeyInOneFile() throws Exception {
    Path one =
        ecClient.pem(
            "one.pem",
            "PRIVATE KEY",
            ecClient.key().getEncoded(),
            "CERTIFICATE",
            ecClient.certificate());
    assertClientAccepted(ecClient, one, null);
  }

  @Test
  void clientCertificateWithPkcs1Key() throws Exception {
    byte[] pkcs8 = rsaClient.key().getEncoded();
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, PKCS8_HEAD_RSA_2048, pkcs8.length);
    Path key = rsaClient.pem("rsa1.key", "RSA PRIVATE KEY", pkcs1);
    assertClientAccepted(rsaClient, rsaClient.certificatePem(), key);
  }

  @Test
  void clientCertificateWithSec1Key() throws Exception {
    // As `openssl ecparam -genkey` writes it, less the public key.
    byte[] curve = {0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x03, 0x01, 0x07};
    byte[] secret = privateValue(ecClient.key().getEncoded());
    ByteArrayOutputStream sec1 = new ByteArrayOutputStream();
    sec1.writeBytes(
        new byte[] {0x30, (byte) (3 + 2 + 32 + 2 + curve.length), 0x02, 1, 1, 0x04, 32});
    sec1.writeBytes(secret);
    sec1.writeBytes(new byte[] {(byte) 0xa0, (byte) curve.length});
    sec1.writeBytes(curve);
    Path key =
        ecClient.pem("sec1.key", "EC PARAMETERS", curve, "EC PRIVATE KEY", sec1.toByteArray());
    assertClientAccepted(ecClient, ecClient.certificatePem(), key);
  }

  @Test
  void missingClientCertificateIsUnreachable() throws Exception {
    try (FakeUpstream upstream = upstream(server, true, rsaClient)) {
      assertThatThrownBy(
              () ->
                  client.execute(
                      TestRepo.at(upstream.origin() + "/")
                          .caCert(server.certificatePem())
                          .get(upstream.uri("/a"))))
          .isInstanceOf(UpstreamException.class);
      assertThat(upstream.requests()).isEmpty();
    }
  }

  @Test
  void clientCertificateDoesNotFollowARedirectToAnotherHost() throws Exception {
    try (FakeUpstream upstream = upstream(server, true, rsaClient);
        FakeUpstream other = upstream(server, true, rsaClient)) {
      upstream.file("/a", CONTENT).always(Behaviour.redirect(302, other.uri("/a").toString()));
      other.file("/a", CONTENT);
      TestRepo repo =
          TestRepo.at(upstream.origin() + "/")
              .caCert(server.certificatePem())
              .clientCert(
                  rsaClient.certificatePem(),
                  rsaClient.pem("follow.key", "PRIVATE KEY", rsaClient.key().getEncoded()))
              .redirectHosts(other.hostPort());

      assertThatThrownBy(() -> client.execute(repo.get(upstream.uri("/a"))))
          .isInstanceOf(UpstreamException.class)
          .hasMessageStartingWith(other.uri("/a").toString());
      assertThat(upstream.requests("/a")).hasSize(1);
      assertThat(other.requests("/a")).isEmpty();
    }
  }

  @Test
  void plainServerInPlaceOfTlsIsUnreachable() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> answerPlainly(plain));
      String origin = "https://127.0.0.1:" + plain.getLocalPort();
      assertThatThrownBy(
              () -> client.execute(TestRepo.at(origin + "/").get(URI.create(origin + "/a"))))
          .isInstanceOfSatisfying(
              UpstreamException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
          .hasMessageContaining("TLS: ");
      answered.get(10, TimeUnit.SECONDS);
    }
  }

  private static void answerPlainly(ServerSocket listener) {
    try (Socket socket = listener.accept()) {
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // The client hung up, as it should.
    }
  }

  @Test
  void tlsGoesThroughATunnelOfTheProxyWithItsCredentialsFromTheStart() throws Exception {
    try (FakeUpstream upstream = upstream(server, false, rsaClient);
        FakeProxy proxy = FakeProxy.to(upstream.port())) {
      TestRepo repo =
          TestRepo.at(upstream.origin() + "/")
              .caCert(server.certificatePem())
              .proxy(proxy.uri())
              .proxyCredentials("me", "pässword");

      assertServed(upstream, repo);
      assertServed(upstream, repo);

      assertThat(proxy.requests())
          .singleElement()
          .satisfies(
              connect -> {
                assertThat(connect.method()).isEqualTo("CONNECT");
                assertThat(connect.target()).isEqualTo(upstream.hostPort());
                assertThat(connect.header("Proxy-Authorization"))
                    .contains("Basic bWU6cMOkc3N3b3Jk");
              });
      assertThat(upstream.requests().get(0).header("Proxy-Authorization")).isEmpty();
    }
  }

  @Test
  void refusedTunnelIsNotTheUpstreamsAnswer() throws Exception {
    try (FakeUpstream upstream = upstream(server, false, rsaClient);
        FakeProxy proxy = FakeProxy.to(upstream.port())) {
      proxy.refuseWith(404);

      assertUnreachable(
          upstream, TestRepo.at(upstream.origin() + "/").proxy(proxy.uri()), "answered 404");
    }
  }

  @Test
  void unfitFilesAreNamed() throws Exception {
    Path noCertificate = Files.writeString(folder.resolve("empty.pem"), "nothing\n");
    Path encrypted = rsaClient.pem("enc.key", "ENCRYPTED PRIVATE KEY", new byte[] {1});
    Path certificate = rsaClient.certificatePem();

    assertUnfit(TestRepo.at("https://h/").caCert(noCertificate), "empty.pem", "no certificate");
    assertUnfit(TestRepo.at("https://h/").caCert(folder.resolve("none.pem")), "none.pem", "");
    assertUnfit(
        TestRepo.at("https://h/").clientCert(certificate, encrypted), "enc.key", "encrypted");
    assertUnfit(
        TestRepo.at("https://h/").clientCert(certificate, null),
        "rsa-client.crt",
        "no private key");
    var unused = Transports.read(List.of(TestRepo.at("https://h/").build()));
  }

  private static void assertUnfit(TestRepo repo, String file, String words) {
    assertThatThrownBy(() -> Transports.read(List.of(repo.build())))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("repo 'test': ")
        .hasMessageContaining(file)
        .hasMessageContaining(words);
  }

  private void assertClientAccepted(TestKeys keys, Path certificate, @Nullable Path key)
      throws Exception {
    try (FakeUpstream upstream = upstream(server, true, keys)) {
      assertServed(
          upstream,
          TestRepo.at(upstream.origin() + "/")
              .caCert(server.certificatePem())
              .clientCert(certificate, key));
    }
  }

  private void assertServed(FakeUpstream upstream, TestRepo repo) throws Exception {
    upstream.file("/a", CONTENT);

    assertThat(Bodies.readAll(client.execute(repo.get(upstream.uri("/a"))))).isEqualTo(CONTENT);
    int connections = upstream.connectionsAccepted();
    assertThat(Bodies.readAll(client.execute(repo.get(upstream.uri("/a"))))).isEqualTo(CONTENT);
    assertThat(upstream.connectionsAccepted()).as("kept alive").isEqualTo(connections);
  }

  private void assertUnreachable(FakeUpstream upstream, TestRepo repo, String words) {
    assertThatThrownBy(() -> client.execute(repo.get(upstream.uri("/a"))))
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
        .hasMessageStartingWith(upstream.uri("/a").toString())
        .hasMessageContaining(words);
    assertThat(upstream.requests()).isEmpty();
  }

  private static FakeUpstream upstream(TestKeys keys, boolean needsClient, TestKeys trustedClient)
      throws Exception {
    return FakeUpstream.startTls(
        new TlsServerSockets(keys.serverContext(trustedClient), needsClient));
  }

  /** The 32 bytes after the ECPrivateKey's version in the JDK's PKCS#8 form. */
  private static byte[] privateValue(byte[] pkcs8) {
    for (int i = 0; i < pkcs8.length - 36; i++) {
      if (pkcs8[i] == 2 && pkcs8[i + 1] == 1 && pkcs8[i + 2] == 1 && pkcs8[i + 3] == 4) {
        return Arrays.copyOfRange(pkcs8, i + 5, i + 37);
      }
    }
    throw new AssertionError("no EC key");
  }
}
