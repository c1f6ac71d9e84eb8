package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A new configuration's transports take the place of those before. */
@Timeout(60)
class TransportsTest {

  private static final byte[] CONTENT = Bodies.bytes(2_000_000);

  private static Path folder;
  private static TestKeys first;
  private static TestKeys second;

  @AutoClose private final HttpUpstreamClient client = new HttpUpstreamClient();

  @BeforeAll
  static void makeKeys(@TempDir Path temporary) throws Exception {
    folder = temporary;
    first = TestKeys.make(folder, "first", "EC", "ip:127.0.0.1");
    second = TestKeys.make(folder, "second", "EC", "ip:127.0.0.1");
  }

  private void use(TestRepo... repos) throws Exception {
    client.use(Transports.read(List.of(repos).stream().map(TestRepo::build).toList()));
  }

  private byte[] get(FakeUpstream upstream, TestRepo repo) throws Exception {
    return Bodies.readAll(client.execute(repo.get(upstream.uri("/a"))));
  }

  private static TestRepo repo(FakeUpstream upstream) {
    return TestRepo.at(upstream.origin() + "/");
  }

  private static FakeUpstream upstream() {
    FakeUpstream upstream = FakeUpstream.start();
    upstream.file("/a", CONTENT);
    return upstream;
  }

  @Test
  void aThousandConfigurationsLeaveOnePoolOfConnections() throws Exception {
    try (FakeUpstream upstream = upstream()) {
      for (int i = 0; i < 1000; i++) {
        TestRepo next = repo(upstream).timeout(Duration.ofMillis(10_000 + i));
        use(next);
        if (i % 10 == 0) {
          assertThat(get(upstream, next)).isEqualTo(CONTENT);
        }
        assertThat(client.openPools()).isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void aConfigurationWithTheSameTransportKeepsItsConnections() throws Exception {
    try (FakeUpstream upstream = upstream()) {
      use(repo(upstream));
      get(upstream, repo(upstream));
      use(repo(upstream).redirectHosts("new.example:80"), repo(upstream).maxConnections(7));
      get(upstream, repo(upstream).redirectHosts("new.example:80"));

      assertThat(upstream.connectionsAccepted()).isEqualTo(1);
    }
  }

  @Test
  void whatIsRunningGoesOnAndItsPoolIsClosedAfterIt() throws Exception {
    try (FakeUpstream upstream = upstream()) {
      Gate gate = new Gate();
      upstream.file("/gated", CONTENT).next(Behaviour.proper().gated(gate));
      gate.release(1000);
      TestRepo before = repo(upstream);
      use(before);
      UpstreamResponse running = client.execute(before.get(upstream.uri("/gated")));

      use(before.maxConnections(7));
      use(before.maxConnections(8));
      assertThat(client.openPools()).isEqualTo(1);
      gate.releaseAll();
      assertThat(Bodies.readAll(running)).isEqualTo(CONTENT);

      use(before);
      assertThat(client.openPools()).isZero();
    }
  }

  @Test
  void aRequestOfAnEarlierConfigurationIsStillCarriedOut() throws Exception {
    try (FakeUpstream upstream = upstream()) {
      use(repo(upstream).maxConnections(7));
      assertThat(get(upstream, repo(upstream))).isEqualTo(CONTENT);
      use(repo(upstream).maxConnections(7));
      assertThat(client.openPools()).isZero();
    }
  }

  @Test
  void aNewClientCertificateOfTheSamePathIsTakenAndNotBeforeItIsToldTo() throws Exception {
    Path own = copy(first, "own.pem");
    try (FakeUpstream old = demanding(first);
        FakeUpstream renewed = demanding(second)) {
      TestRepo repo = TestRepo.at(old.origin() + "/", renewed.origin() + "/");
      repo.caCert(first.certificatePem()).clientCert(own, null);
      use(repo);
      assertThat(get(old, repo)).isEqualTo(CONTENT);

      copy(second, "own.pem");
      assertThat(get(old, repo)).isEqualTo(CONTENT);
      assertThatThrownBy(() -> get(renewed, repo)).isInstanceOf(UpstreamException.class);

      use(repo);
      assertThat(get(renewed, repo)).isEqualTo(CONTENT);
      assertThatThrownBy(() -> get(old, repo)).isInstanceOf(UpstreamException.class);
      assertThat(client.openPools()).isEqualTo(1);
    }
  }

  @Test
  void newAuthoritiesOfTheSamePathAreTrusted() throws Exception {
    Path authorities = folder.resolve("authorities.pem");
    Files.copy(second.certificatePem(), authorities, StandardCopyOption.REPLACE_EXISTING);
    try (FakeUpstream upstream = demanding(first)) {
      TestRepo repo = repo(upstream).caCert(authorities).clientCert(copy(first, "one.pem"), null);
      use(repo);
      assertThatThrownBy(() -> get(upstream, repo)).hasMessageContaining("TLS");

      Files.copy(first.certificatePem(), authorities, StandardCopyOption.REPLACE_EXISTING);
      use(repo);
      assertThat(get(upstream, repo)).isEqualTo(CONTENT);
    }
  }

  private static Path copy(TestKeys keys, String name) throws Exception {
    return keys.pem(
        name, "PRIVATE KEY", keys.key().getEncoded(), "CERTIFICATE", keys.certificate());
  }

  /** Its own certificate is the first one; clients need another. */
  private static FakeUpstream demanding(TestKeys clients) throws Exception {
    FakeUpstream upstream =
        FakeUpstream.startTls(new TlsServerSockets(first.serverContext(clients), true));
    upstream.file("/a", CONTENT);
    return upstream;
  }
}
