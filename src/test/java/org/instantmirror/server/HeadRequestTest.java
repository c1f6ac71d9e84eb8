package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.VALIDATED;
import static org.instantmirror.server.Mirrored.cacheStatus;

import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HEAD says what GET would, and brings no body here. */
class HeadRequestTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);

  @Test
  void headOfAFileThatIsNotStoredIsAHeadUpstreamAndStoresNothing() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      RawResponse head = it.head("a.rpm");
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("Content-Length")).isEqualTo("20000");
      assertThat(head.header("Last-Modified")).isEqualTo("Thu, 01 Jan 2026 00:00:00 GMT");
      assertThat(head.header("ETag")).isEqualTo("\"1\"");
      assertThat(cacheStatus(head)).isEqualTo("InstantMirror; fwd=uri-miss");
      assertThat(it.upstream.requests("/a.rpm")).hasSize(1);
      assertThat(it.upstream.requests("/a.rpm").get(0).method()).isEqualTo("HEAD");
      assertThat(it.mirror.stored("a.rpm")).doesNotExist();
      it.fetch("a.rpm", RPM);
    }
  }

  @Test
  void headOfAStoredFileAsksAndSaysWhatGetWould() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      it.fetch("a.rpm", RPM);
      RawResponse head = it.head("a.rpm");
      RawResponse get = it.get("a.rpm");
      assertThat(cacheStatus(head)).isEqualTo(HIT);
      for (String name :
          new String[] {
            "Content-Length", "Content-Type", "Last-Modified", "ETag", "Age", "Accept-Ranges"
          }) {
        assertThat(head.header(name)).as(name).isNotNull().isEqualTo(get.header(name));
      }
      it.pass(PACKAGE_EXPIRE);
      assertThat(cacheStatus(it.head("a.rpm"))).isEqualTo(VALIDATED);
      assertThat(it.asked("a.rpm")).isEqualTo(2);
    }
  }

  @Test
  void headOfWhatUpstreamSendsInChunksTellsNoLength() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).always(Behaviour.proper().chunked());
      RawResponse head = it.head("a.rpm");
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("Content-Length")).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 206, 304, 403, 500})
  void headThatUpstreamAnswersOddlyIsABadGateway(int status) {
    try (Mirrored it = Mirrored.with("retries = 1")) {
      it.upstream.file("/a.rpm", RPM).always(Behaviour.status(status));
      assertThat(it.head("a.rpm").status()).isEqualTo(502);
    }
  }
}
