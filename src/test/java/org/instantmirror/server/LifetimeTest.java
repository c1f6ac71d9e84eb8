package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.V2;
import static org.instantmirror.server.Mirrored.VALIDATED;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.text;

import java.time.Duration;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long upstream's answer is believed, by configuration, by name, and by a client's wish. */
class LifetimeTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);
  private static final byte[] REPOMD = text("<repomd>1</repomd>\n");
  private static final byte[] REPOMD_2 = text("<repomd>2, longer</repomd>\n");
  private static final String METADATA = "repodata/repomd.xml";
  private static final String CHECKSUM_NAMED =
      "repodata/" + "0123456789abcdef".repeat(4) + "-primary.xml.gz";
  private static final String ASKED = "InstantMirror; fwd=request; fwd-status=304";
  private static final String IMMUTABLE = "public, max-age=31536000, immutable";

  private static Mirrored filled(String... lines) {
    Mirrored it = Mirrored.with(lines);
    it.upstream.file("/a.rpm", RPM).lastModified(V1);
    it.upstream.file("/" + METADATA, REPOMD).lastModified(V1);
    it.upstream.file("/" + CHECKSUM_NAMED, REPOMD).lastModified(V1);
    it.fetch("a.rpm", RPM);
    it.fetch(METADATA, REPOMD);
    it.fetch(CHECKSUM_NAMED, REPOMD);
    return it;
  }

  @Test
  void packageExpireOfZeroAsksEveryTime() {
    try (Mirrored it = filled("package_expire = 0")) {
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
      assertServed(it.getNoCache("a.rpm"), RPM, VALIDATED);
      assertThat(it.asked("a.rpm")).isEqualTo(4);
    }
  }

  @Test
  void packageExpireOfNeverTrustsTheName() {
    try (Mirrored it = filled("package_expire = never")) {
      it.pass(Duration.ofDays(3000));
      assertServed(it.get("a.rpm"), RPM, HIT);
      assertServed(it.get(CHECKSUM_NAMED), REPOMD, HIT);
      assertServed(it.get(METADATA), REPOMD, VALIDATED);
      assertThat(it.asked("a.rpm")).isEqualTo(1);
    }
  }

  @Test
  void mirrorMetadataExpireIsTheLifetimeOfWhatMayChange() {
    try (Mirrored it = filled("mirror_metadata_expire = 10", "metadata_expire = 7d")) {
      it.passSeconds(9);
      assertServed(it.get(METADATA), REPOMD, HIT);
      it.passSeconds(1);
      assertServed(it.get(METADATA), REPOMD, VALIDATED);
      assertServed(it.get("a.rpm"), RPM, HIT);
    }
  }

  @Test
  void metadataThatNamesItsChecksumIsImmutableAndNotAskedForWithinPackageExpire() {
    try (Mirrored it = filled()) {
      it.pass(PACKAGE_EXPIRE.minusSeconds(1));
      RawResponse hit = it.get(CHECKSUM_NAMED);
      assertServed(hit, REPOMD, HIT);
      assertThat(hit.header("Cache-Control")).isEqualTo(IMMUTABLE);
      assertThat(it.asked(CHECKSUM_NAMED)).isEqualTo(1);
      it.passSeconds(1);
      assertServed(it.get(CHECKSUM_NAMED), REPOMD, VALIDATED);
    }
  }

  @Test
  void whatMayChangeUnderItsNameIsNotAgedByOtherCaches() {
    try (Mirrored it = filled()) {
      assertThat(it.get(METADATA).header("Cache-Control")).isEqualTo("no-cache");
      assertThat(it.get("a.rpm").header("Cache-Control")).isEqualTo("no-cache");
    }
  }

  @Test
  void anErrorAboutAnImmutableFileIsNotImmutable() {
    try (Mirrored it = filled()) {
      assertThat(it.get(CHECKSUM_NAMED, "Range: bytes=0-1").header("Cache-Control"))
          .isEqualTo(IMMUTABLE);
      RawResponse unsatisfied = it.get(CHECKSUM_NAMED, "Range: bytes=90000-");
      assertThat(unsatisfied.status()).isEqualTo(416);
      assertThat(unsatisfied.header("Cache-Control")).isNotEqualTo(IMMUTABLE);
      RawResponse failed = it.get(CHECKSUM_NAMED, "If-Match: \"none\"");
      assertThat(failed.status()).isEqualTo(412);
      assertThat(failed.header("Cache-Control")).isNotEqualTo(IMMUTABLE);
    }
  }

  @Test
  void noCacheForcesACheckOnceASecondAtMost() {
    try (Mirrored it = filled()) {
      it.passSeconds(1);
      assertServed(it.getNoCache(METADATA), REPOMD, ASKED);
      assertServed(it.getNoCache(METADATA), REPOMD, HIT);
      it.pass(Duration.ofMillis(999));
      assertServed(it.getNoCache(METADATA), REPOMD, HIT);
      it.pass(Duration.ofMillis(1));
      assertServed(it.getNoCache(METADATA), REPOMD, ASKED);
      assertThat(it.asked(METADATA)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Cache-Control: no-cache", "Cache-Control: max-age=0", "Pragma: no-cache"})
  void eachWayToSayNoCacheIsHeardAndBringsTheNewFileAtOnce(String field) {
    try (Mirrored it = filled()) {
      it.passSeconds(1);
      it.upstream.file("/" + METADATA, REPOMD_2).lastModified(V2);
      assertServed(it.get(METADATA), REPOMD, HIT);
      assertServed(
          it.fetch(METADATA, REPOMD_2, field), REPOMD_2, "InstantMirror; fwd=request; stored");
    }
  }

  @Test
  void aClockThatWasSetBackMakesOneCheckAndNoMore() {
    try (Mirrored it = filled()) {
      it.pass(Duration.ofDays(-365));
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
      RawResponse hit = it.get("a.rpm");
      assertServed(hit, RPM, HIT);
      assertThat(hit.header("Age")).isEqualTo("0");
      assertThat(it.asked("a.rpm")).isEqualTo(2);
    }
  }

  @Test
  void aClockThatLeapsAheadMakesOneCheckAndNoMore() {
    try (Mirrored it = filled()) {
      it.pass(Duration.ofDays(36_500));
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
      assertServed(it.get("a.rpm"), RPM, HIT);
    }
  }
}
