package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.METADATA_EXPIRE;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.UNREACHABLE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.VALIDATED;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.text;

import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstream may vanish: what is cached is served and says so, the rest gets a clear error. */
class UnreachableUpstreamTest {

  private static final String[] IMPATIENT = {
    "timeout = 0.5", "connect_timeout = 0.5", "retries = 1"
  };
  private static final byte[] RPM = Packages.rpm(20_000, 1);
  private static final byte[] REPOMD = text("<repomd>1</repomd>\n");
  private static final String METADATA = "repodata/repomd.xml";

  private static Mirrored filled() {
    Mirrored it = Mirrored.with(IMPATIENT);
    it.upstream.file("/a.rpm", RPM).lastModified(V1);
    it.upstream.file("/" + METADATA, REPOMD).lastModified(V1);
    it.fetch("a.rpm", RPM);
    it.fetch(METADATA, REPOMD);
    return it;
  }

  @Test
  void expiredCopyIsServedWhenUpstreamRefusesConnectionsAndValidatedWhenItIsBack() {
    try (Mirrored it = filled()) {
      it.pass(PACKAGE_EXPIRE);
      it.upstream.stop();
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
      assertServed(it.getNoCache(METADATA), REPOMD, UNREACHABLE);
      it.upstream.restart();
      it.passSeconds(6);
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
      assertServed(it.get(METADATA), REPOMD, VALIDATED);
    }
  }

  @Test
  void freshCopyIsAHitWhateverUpstreamDoes() {
    try (Mirrored it = filled()) {
      it.upstream.stop();
      assertServed(it.get("a.rpm"), RPM, HIT);
      assertServed(it.get(METADATA), REPOMD, HIT);
    }
  }

  @Test
  void expiredCopyIsServedWhenUpstreamHangs() {
    try (Mirrored it = filled()) {
      it.pass(METADATA_EXPIRE);
      it.upstream.hang();
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
      int asked = it.upstream.requests().size();
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
      assertThat(it.upstream.requests()).as("an upstream that hangs rests").hasSize(asked);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 403, 429})
  void expiredCopyIsServedWhenUpstreamAnswersAnError(int status) {
    try (Mirrored it = filled()) {
      it.pass(PACKAGE_EXPIRE);
      it.upstream.file("/a.rpm", RPM).always(Behaviour.status(status));
      assertServed(it.get("a.rpm"), RPM, UNREACHABLE);
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      it.passSeconds(6);
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
    }
  }

  @Test
  void expiredMetadataIsServedWhenUpstreamAnswersAWebPage() {
    try (Mirrored it = filled()) {
      it.pass(METADATA_EXPIRE);
      it.upstream.file("/" + METADATA, REPOMD).always(Behaviour.html());
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
      it.upstream.file("/" + METADATA, REPOMD).always(Behaviour.empty());
      it.passSeconds(1);
      assertServed(it.get(METADATA), REPOMD, UNREACHABLE);
    }
  }

  @Test
  void whatIsNotCachedIsABadGatewayWithASentenceWhenUpstreamIsDead() {
    try (Mirrored it = filled()) {
      it.upstream.stop();
      for (int i = 0; i < 2; i++) {
        RawResponse refused = it.get("b.rpm");
        assertThat(refused.status()).isEqualTo(502);
        assertThat(refused.header("Content-Type")).startsWith("text/plain");
        assertThat(refused.text())
            .containsIgnoringCase("no route to host")
            .contains("not cached")
            .doesNotContain("Exception");
        assertThat(refused.header("Cache-Status")).startsWith("InstantMirror; fwd=uri-miss");
        assertThat(it.head("b.rpm").status()).isEqualTo(502);
      }
      assertThat(it.mirror.stored("b.rpm")).doesNotExist();
    }
  }

  @Test
  void whileUpstreamRestsEachErrorNamesItsOwnFileTheRepositoryAndTheReason() {
    try (Mirrored it = filled()) {
      it.upstream.stop();
      String asked = it.get("b.rpm").text();
      assertThat(asked).contains(it.upstream.uri("/b.rpm") + ": connection refused");
      String origin = it.upstream.origin();
      String unasked = "repo 'repo': upstream is unreachable (" + origin + ": connection refused)";
      assertThat(it.get("p/c.rpm").text())
          .contains(unasked)
          .contains("; p/c.rpm was not asked for")
          .doesNotContain("b.rpm");
      assertThat(it.head("p/d.rpm").status()).isEqualTo(502);
      assertThat(it.get("e.txt").text())
          .contains(it.upstream.uri("/e.txt") + ": not asked for")
          .contains("'repo'")
          .doesNotContain("rpm");
    }
  }

  @Test
  void aRestAfterATimeOutIsAGatewayTimeoutForOtherFilesToo() {
    try (Mirrored it = filled()) {
      it.upstream.hang();
      assertThat(it.get("b.rpm").status()).isEqualTo(504);
      RawResponse unasked = it.get("c.rpm");
      assertThat(unasked.status()).isEqualTo(504);
      assertThat(unasked.text())
          .contains(it.upstream.origin() + ": no byte within 500 ms)")
          .contains("c.rpm")
          .doesNotContain("b.rpm");
      assertThat(it.head("d.rpm").status()).isEqualTo(504);
      assertThat(it.asked("c.rpm") + it.asked("d.rpm")).isZero();
    }
  }

  @Test
  void aFailureOfOneFileIsNoReasonForAnother() {
    try (Mirrored it = filled()) {
      it.upstream.file("/b.rpm", RPM).always(Behaviour.status(500));
      assertThat(it.get("b.rpm").text()).contains("/b.rpm: answered 500");
      it.upstream.stop();
      assertThat(it.head("c.rpm").status()).isEqualTo(502);
      assertThat(it.get("d.rpm").text())
          .contains("repo 'repo': upstream is unreachable; d.rpm was not asked for");
    }
  }

  @Test
  void whatIsNotCachedIsAGatewayTimeoutWhenUpstreamHangs() {
    try (Mirrored it = filled()) {
      it.upstream.hang();
      RawResponse late = it.get("b.rpm");
      assertThat(late.status()).isEqualTo(504);
      assertThat(late.text()).contains("did not answer in time").doesNotContain("Exception");
    }
  }

  @Test
  void headOfWhatIsNotCachedIsAGatewayTimeoutWhenUpstreamHangs() {
    try (Mirrored it = filled()) {
      it.upstream.hang();
      assertThat(it.head("b.rpm").status()).isEqualTo(504);
    }
  }

  @Test
  void whatFailedIsThereOnceUpstreamIsBack() {
    try (Mirrored it = filled()) {
      it.upstream.file("/b.rpm", RPM).lastModified(V1);
      it.upstream.stop();
      assertThat(it.get("b.rpm").status()).isEqualTo(502);
      it.upstream.restart();
      it.passSeconds(6);
      it.fetch("b.rpm", RPM);
    }
  }
}
