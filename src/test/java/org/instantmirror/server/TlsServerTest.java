package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instantmirror.server.Mirrored.V1;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import javax.net.ssl.SSLHandshakeException;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.ServerKeys;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that come with TLS. */
class TlsServerTest {

  private static final byte[] RPM = Packages.rpm(8_000_000, 1);

  private static ServerKeys first;
  private static ServerKeys second;

  @BeforeAll
  static void makeKeys(@TempDir Path folder) {
    first = ServerKeys.make(folder, "first", "EC");
    second = ServerKeys.make(folder, "second", "RSA");
  }

  private static RunningMirror.Setup setup(Path certificate, Path key) {
    return RunningMirror.setup()
        .main("tls_port = 0")
        .main("sslservercert = " + certificate)
        .main("sslserverkey = " + key);
  }

  private static HttpClient client(ServerKeys trusted, Version version) {
    return HttpClient.newBuilder().version(version).sslContext(trusted.trusting()).build();
  }

  private static HttpResponse<byte[]> get(
      HttpClient client, RunningMirror mirror, String path, String... fields)
      throws IOException, InterruptedException {
    URI uri = URI.create(mirror.urls().get(1) + "mirror/repo/" + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (fields.length > 0) {
      request.headers(fields);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void filesComeWholeColdStoredAndInRanges(Version version) throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror = setup(first.certificate, first.key).repo(upstream).start()) {
      upstream.file("/a^b.rpm", RPM).lastModified(V1).etag("\"1\"");
      HttpClient client = client(first, version);
      HttpResponse<byte[]> cold = get(client, mirror, "a%5Eb.rpm");
      assertThat(cold.version()).isEqualTo(version);
      assertThat(cold.body()).isEqualTo(RPM);
      mirror.awaitStored("a^b.rpm");
      HttpResponse<byte[]> stored = get(client, mirror, "a%5Eb.rpm");
      assertThat(stored.body()).isEqualTo(RPM);
      assertThat(stored.headers().firstValue("Cache-Status")).contains(Mirrored.HIT);
      HttpResponse<byte[]> part = get(client, mirror, "a%5Eb.rpm", "Range", "bytes=1000-1999");
      assertThat(part.statusCode()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(Arrays.copyOfRange(RPM, 1000, 2000));
      assertThat(get(client, mirror, "a%5Eb.rpm", "If-None-Match", "\"1\"").statusCode())
          .isEqualTo(304);
      assertThat(upstream.requests("/a^b.rpm")).hasSize(1);
      // Beside it, without TLS:
      assertThat(mirror.get("a%5Eb.rpm").body()).isEqualTo(RPM);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aBrokenTransferIsBrokenForTheClient(Version version) throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror =
            setup(first.certificate, first.key).repo(upstream, "retries = 1").start()) {
      upstream.file("/a.rpm", RPM).lastModified(V1).always(Behaviour.proper().cutAfter(4_000_000));
      upstream
          .file("/b.rpm", RPM)
          .lastModified(V1)
          .always(Behaviour.proper().chunked().cutAfter(4_000_000));
      upstream.file("/c.rpm", RPM).lastModified(V1);
      HttpClient client = client(first, version);
      assertThatThrownBy(() -> get(client, mirror, "a.rpm")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> get(client, mirror, "b.rpm")).isInstanceOf(IOException.class);
      assertThat(get(client, mirror, "c.rpm").body()).isEqualTo(RPM);
    }
  }

  @Test
  void aNewCertificateIsTakenWhenItsFilesHaveChangedAndABadOneIsNot(@TempDir Path own)
      throws Exception {
    Path certificate = Files.copy(first.certificate, own.resolve("server.crt"));
    Path key = copyKey(first.key, own.resolve("server.key"));
    try (FakeUpstream upstream = FakeUpstream.start();
        LogLines log = new LogLines("org.instantmirror.server");
        RunningMirror mirror = setup(certificate, key).repo(upstream).start()) {
      upstream.file("/a.rpm", RPM).lastModified(V1);
      assertThat(get(client(first, Version.HTTP_2), mirror, "a.rpm").body()).isEqualTo(RPM);

      Files.copy(second.certificate, certificate, StandardCopyOption.REPLACE_EXISTING);
      assertThat(log.await("certificate not read again")).contains("is not the key of");
      assertThat(get(client(first, Version.HTTP_2), mirror, "a.rpm").statusCode()).isEqualTo(200);

      copyKey(second.key, key);
      log.await("server.crt read again");
      assertThat(get(client(second, Version.HTTP_2), mirror, "a.rpm").body()).isEqualTo(RPM);
      assertThatThrownBy(() -> get(client(first, Version.HTTP_2), mirror, "a.rpm"))
          .isInstanceOf(SSLHandshakeException.class);
    }
  }

  private static Path copyKey(Path key, Path to) throws IOException {
    Files.copy(key, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    return to;
  }

  @Test
  void aKeyThatEverybodyMayReadIsRefused(@TempDir Path own) throws Exception {
    Path key = copyKey(first.key, own.resolve("server.key"));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> setup(first.certificate, key).start())
        .hasMessageContaining("instantmirror.conf")
        .hasMessageContaining("sslserverkey")
        .hasMessageContaining("chmod o-rwx");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
    setup(first.certificate, key).start().close();
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() {
    assertThatThrownBy(() -> setup(first.certificate, second.key).start())
        .hasMessageContaining("second.key")
        .hasMessageContaining("is not the key of");
  }
}
