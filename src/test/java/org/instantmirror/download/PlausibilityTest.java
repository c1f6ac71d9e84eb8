package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.instantmirror.repo.FileClass;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a body's first bytes give away. */
class PlausibilityTest {

  private static final byte[] RPM = {(byte) 0xED, (byte) 0xAB, (byte) 0xEE, (byte) 0xDB, 3, 0};

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static boolean refused(FileClass fileClass, String name, byte[] prefix) {
    return Plausibility.objection(fileClass, name, prefix).isPresent();
  }

  @Test
  void packageBeginsWithItsLead() {
    assertThat(refused(FileClass.PACKAGE, "a.rpm", RPM)).isFalse();
    assertThat(refused(FileClass.PACKAGE, "a.drpm", RPM)).isFalse();
    assertThat(refused(FileClass.PACKAGE, "a.drpm", bytes("drpm\0"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "drpm\0", "<html>", "PK", "\u00ED\u00AB\u00EE", "\u00ED\u00AB\u00EE\u00DC"})
  void anythingElseIsNoPackage(String prefix) {
    assertThat(refused(FileClass.PACKAGE, "a.rpm", bytes(prefix))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<!DOCTYPE html><html>", "<html lang=\"en\">", "\r\n  <HTML>", "<!doctype HTML "})
  void webPageIsNoMetadata(String prefix) {
    assertThat(refused(FileClass.METADATA, "repomd.xml", bytes(prefix))).isTrue();
    assertThat(refused(FileClass.METADATA, "primary.xml.gz", bytes(prefix))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<?xml version=\"1.0\"?>", "-----BEGIN PGP SIGNATURE-----", "\u001f\u008b"})
  void metadataMayBeAnythingElse(String prefix) {
    assertThat(refused(FileClass.METADATA, "repomd.xml", bytes(prefix))).isFalse();
  }

  @Test
  void onlyRepomdMayNotBeEmpty() {
    assertThat(refused(FileClass.METADATA, "repomd.xml", bytes(""))).isTrue();
    assertThat(refused(FileClass.METADATA, "repomd.xml.asc", bytes(""))).isTrue();
    assertThat(refused(FileClass.METADATA, ".treeinfo", bytes(""))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "a.rpm, gzip, true",
    "a.rpm, br, true",
    "a.rpm, identity, false",
    "a.rpm, ' Identity ', false",
    "a.rpm, '', false",
    "a.rpm, , false",
    "repomd.xml, gzip, true",
    "primary.xml.gz, gzip, false",
    "primary.xml.gz, x-gzip, false",
    "primary.xml.zst, zstd, false",
    "gz, gzip, true"
  })
  void contentCodingIsRefusedUnlessTheFileIsCompressedItself(
      String name, @Nullable String coding, boolean refused) {
    assertThat(Plausibility.objectionToCoding(name, coding).isPresent()).isEqualTo(refused);
  }
}
