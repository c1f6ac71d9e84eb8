package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.METADATA_EXPIRE;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.V2;
import static org.instantmirror.server.Mirrored.VALIDATED;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.cacheStatus;
import static org.instantmirror.server.Mirrored.text;

import java.nio.file.Files;
import java.time.Duration;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What upstream has no more: packages go at once, repository metadata after a while. */
class VanishedFileTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);
  private static final byte[] REPOMD = text("<repomd>1</repomd>\n");
  private static final String METADATA = "el9/repodata/repomd.xml";
  private static final String KEPT = "InstantMirror; fwd=stale; fwd-status=404";

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void packageThatIsGoneUpstreamIsDropped(int status) {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/p/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      it.fetch("p/a.rpm", RPM);
      it.pass(PACKAGE_EXPIRE);
      it.upstream.file("/p/a.rpm", RPM).always(Behaviour.status(status));
      RawResponse gone = it.get("p/a.rpm");
      assertThat(gone.status()).isEqualTo(404);
      assertThat(cacheStatus(gone)).isEqualTo("InstantMirror; fwd=stale; fwd-status=404");
      assertThat(gone.text()).isNotBlank().doesNotContain("Exception");
      assertThat(it.mirror.stored("p")).doesNotExist();
      assertThat(it.get("p/a.rpm").status()).isEqualTo(404);
      assertThat(it.asked("p/a.rpm")).isEqualTo(2);
    }
  }

  @Test
  void theHeadOfADroppedFileGoesWithIt() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      it.fetch("a.rpm", RPM);
      it.pass(PACKAGE_EXPIRE);
      it.upstream.remove("/a.rpm");
      assertThat(it.get("a.rpm").status()).isEqualTo(404);
      it.passSeconds(5);
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      assertServed(it.fetch("a.rpm", RPM), RPM, Mirrored.FETCHED);
      assertThat(it.upstream.requests("/a.rpm").get(2).header("If-None-Match")).isEmpty();
    }
  }

  @Test
  void freshPackageIsServedAlthoughUpstreamHasItNoMore() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      it.fetch("a.rpm", RPM);
      it.upstream.remove("/a.rpm");
      assertServed(it.get("a.rpm"), RPM, HIT);
    }
  }

  @Test
  void metadataIsKeptForVanishAfterThenDropped() {
    try (Mirrored it = Mirrored.with("vanish_after = 48h")) {
      it.upstream.file("/" + METADATA, REPOMD).lastModified(V1);
      it.fetch(METADATA, REPOMD);
      it.pass(METADATA_EXPIRE);
      it.upstream.remove("/" + METADATA);
      assertServed(it.get(METADATA), REPOMD, KEPT);
      assertServed(it.get(METADATA), REPOMD, HIT);
      it.pass(Duration.ofDays(1));
      assertServed(it.get(METADATA), REPOMD, KEPT);
      it.pass(Duration.ofDays(1).minusSeconds(1));
      assertServed(it.get(METADATA), REPOMD, KEPT);
      it.pass(METADATA_EXPIRE);
      assertThat(it.get(METADATA).status()).isEqualTo(404);
      assertThat(it.mirror.stored(METADATA)).doesNotExist();
    }
  }

  @Test
  void metadataThatCameBackMeanwhileIsCountedAnew() {
    try (Mirrored it = Mirrored.with("vanish_after = 48h")) {
      it.upstream.file("/" + METADATA, REPOMD).lastModified(V1);
      it.fetch(METADATA, REPOMD);
      it.pass(METADATA_EXPIRE);
      it.upstream.remove("/" + METADATA);
      assertServed(it.get(METADATA), REPOMD, KEPT);
      it.pass(Duration.ofHours(47));
      it.upstream.file("/" + METADATA, REPOMD).lastModified(V1);
      assertServed(it.get(METADATA), REPOMD, VALIDATED);
      it.pass(Duration.ofHours(2));
      it.upstream.remove("/" + METADATA);
      assertServed(it.get(METADATA), REPOMD, KEPT);
    }
  }

  @Test
  void metadataOutsideRepodataIsDroppedAtOnce() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/.treeinfo", REPOMD).lastModified(V1);
      it.fetch(".treeinfo", REPOMD);
      it.pass(METADATA_EXPIRE);
      it.upstream.remove("/.treeinfo");
      assertThat(it.get(".treeinfo").status()).isEqualTo(404);
      assertThat(it.mirror.stored(".treeinfo")).doesNotExist();
    }
  }

  @Test
  void metadataThatWasChangedBehindOurBackIsNotKept() throws Exception {
    try (Mirrored it = Mirrored.with("vanish_after = 48h")) {
      it.upstream.file("/" + METADATA, REPOMD).lastModified(V2);
      it.fetch(METADATA, REPOMD);
      Files.writeString(it.mirror.stored(METADATA), "<repo");
      it.upstream.remove("/" + METADATA);
      assertThat(it.get(METADATA).status()).isEqualTo(404);
      assertThat(it.get(METADATA).status()).isEqualTo(404);
    }
  }
}
