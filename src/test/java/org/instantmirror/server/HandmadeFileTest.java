package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.METADATA_EXPIRE;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.UNREACHABLE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.V2;
import static org.instantmirror.server.Mirrored.VALIDATED;
import static org.instantmirror.server.Mirrored.assertServed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file that somebody put into the tree: accepted where upstream's length and date agree. */
class HandmadeFileTest {

  private static final byte[] RPM = Packages.rpm(50_000, 1);
  private static final byte[] OTHER = Packages.rpm(50_000, 2);
  private static final byte[] SHORT = java.util.Arrays.copyOf(RPM, 49_999);
  private static final String METADATA = "el9/repodata/repomd.xml";
  private static final String KEPT = "InstantMirror; fwd=stale; fwd-status=404";
  private static final String CONFIRMED = "InstantMirror; fwd=stale; fwd-status=200";

  private static void put(Mirrored it, String path, byte[] content, Instant modified)
      throws IOException {
    Path file = it.mirror.stored(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    Files.setLastModifiedTime(file, FileTime.from(modified));
  }

  private static List<String> methods(Mirrored it) {
    return it.upstream.requests("/a.rpm").stream().map(RecordedRequest::method).toList();
  }

  @Test
  void fileThatAgreesInLengthAndDateIsAcceptedByAHeadRequest() throws Exception {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      put(it, "a.rpm", RPM, V1);
      assertServed(it.get("a.rpm"), RPM, CONFIRMED);
      assertServed(it.get("a.rpm"), RPM, HIT);
      assertThat(it.get("a.rpm").header("ETag")).isEqualTo("\"1\"");
      assertThat(methods(it)).containsExactly("HEAD");
      it.pass(PACKAGE_EXPIRE);
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
    }
  }

  @Test
  void fractionsOfASecondInTheFilesTimeDoNotMatter() throws Exception {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      put(it, "a.rpm", RPM, V1.plusMillis(789));
      assertServed(it.get("a.rpm"), RPM, CONFIRMED);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "49999, 2026-01-01T00:00:00Z",
    "50000, 2025-12-31T23:59:59Z",
    "50000, 2026-01-01T00:00:01Z",
    "50000, 2030-01-01T00:00:00Z",
  })
  void fileThatDiffersInLengthOrDateIsReplaced(int length, Instant modified) throws Exception {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      put(it, "a.rpm", length == RPM.length ? OTHER : SHORT, modified);
      it.fetch("a.rpm", RPM);
      assertThat(Files.readAllBytes(it.mirror.stored("a.rpm"))).isEqualTo(RPM);
      assertServed(it.get("a.rpm"), RPM, HIT);
    }
  }

  @Test
  void fileIsReplacedWhereUpstreamTellsNoDate() throws Exception {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM);
      put(it, "a.rpm", OTHER, V1);
      it.fetch("a.rpm", RPM);
    }
  }

  @Test
  void whereUpstreamKnowsNoHeadItIsAskedByGetAndTheBodyIsLeft() throws Exception {
    byte[] big = Packages.rpm(24_000_000, 1);
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", big).lastModified(V1).next(Behaviour.status(405));
      put(it, "a.rpm", big, V1);
      assertServed(it.get("a.rpm"), big, CONFIRMED);
      assertThat(methods(it)).containsExactly("HEAD", "GET");
      assertThat(it.upstream.bytesSent("/a.rpm")).isLessThan(big.length);
    }
  }

  @Test
  void fileIsServedWhileUpstreamIsDownAndCheckedWhenItIsBack() throws Exception {
    try (Mirrored it = Mirrored.with("retries = 1")) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      put(it, "a.rpm", OTHER, V2);
      it.upstream.stop();
      assertServed(it.get("a.rpm"), OTHER, UNREACHABLE);
      it.upstream.restart();
      it.passSeconds(6);
      it.fetch("a.rpm", RPM);
    }
  }

  @Test
  void fileThatUpstreamDoesNotHaveIsDropped() throws Exception {
    try (Mirrored it = Mirrored.with()) {
      put(it, "p/a.rpm", RPM, V1);
      assertThat(it.get("p/a.rpm").status()).isEqualTo(404);
      assertThat(it.mirror.stored("p/a.rpm")).doesNotExist();
    }
  }

  @Test
  void metadataThatUpstreamDoesNotHaveIsKeptAndAskedForOnceALifetime() throws Exception {
    byte[] repomd = Mirrored.text("<repomd>1</repomd>\n");
    try (Mirrored it = Mirrored.with("vanish_after = 48h")) {
      put(it, METADATA, repomd, V1);
      assertServed(it.get(METADATA), repomd, KEPT);
      assertServed(it.get(METADATA), repomd, HIT);
      assertServed(it.getNoCache(METADATA), repomd, HIT);
      it.pass(METADATA_EXPIRE.minusMillis(1));
      assertServed(it.get(METADATA), repomd, HIT);
      assertThat(it.asked(METADATA)).isEqualTo(1);
      assertServed(it.getNoCache(METADATA), repomd, "InstantMirror; fwd=request; fwd-status=404");
      assertServed(it.getNoCache(METADATA), repomd, HIT);
      it.pass(METADATA_EXPIRE);
      assertServed(it.get(METADATA), repomd, KEPT);
      assertThat(it.asked(METADATA)).isEqualTo(3);
      it.pass(Duration.ofDays(2));
      assertThat(it.get(METADATA).status()).isEqualTo(404);
      assertThat(it.mirror.stored(METADATA)).doesNotExist();
    }
  }

  @Test
  void metadataThatUpstreamGetsMeanwhileIsComparedLikeAnyThatWasPutThere() throws Exception {
    byte[] ours = Mirrored.text("<repomd>1</repomd>\n");
    byte[] theirs = Mirrored.text("<repomd>2</repomd>\n");
    try (Mirrored it = Mirrored.with("vanish_after = 48h")) {
      put(it, METADATA, ours, V2);
      assertServed(it.get(METADATA), ours, KEPT);
      it.upstream.file("/" + METADATA, theirs).lastModified(V1);
      it.pass(METADATA_EXPIRE);
      it.fetch(METADATA, theirs);
      assertServed(it.get(METADATA), theirs, HIT);
    }
  }
}
