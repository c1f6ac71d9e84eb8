package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksumTest {
  private static final String ABC_SHA256 =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @ParameterizedTest
  @CsvSource({
    "md5, MD5",
    "sha, SHA1",
    "sha1, SHA1",
    "SHA1, SHA1",
    "sha224, SHA224",
    "sha256, SHA256",
    "' sha256 ', SHA256",
    "sha-256, SHA256",
    "sha384, SHA384",
    "sha512, SHA512",
  })
  void typesAreKnownByTheNamesThatRepodataGivesThem(String name, ChecksumType type) {
    assertThat(ChecksumType.named(name)).contains(type);
  }

  @ParameterizedTest
  @EnumSource(ChecksumType.class)
  void digestsAreOfTheTypesLength(ChecksumType type) {
    assertThat(type.newDigest().digest()).hasSize(type.length());
  }

  @Test
  void unknownTypeOrWrongDigitsAreNoChecksum() {
    assertThat(Checksum.parse("blake3", ABC_SHA256)).isEmpty();
    assertThat(Checksum.parse("", ABC_SHA256)).isEmpty();
    assertThat(Checksum.parse("sha1", ABC_SHA256)).isEmpty();
    assertThat(Checksum.parse("sha256", ABC_SHA256.substring(2))).isEmpty();
    assertThat(Checksum.parse("sha256", ABC_SHA256.replace('b', 'g'))).isEmpty();
    assertThat(Checksum.parse("sha256", ABC_SHA256.replace('1', '\u0661'))).isEmpty();
    assertThat(Checksum.parse("sha256", "")).isEmpty();
  }

  @Test
  void digitsOfEitherCaseAreTheSame() {
    assertThat(Checksum.parse("sha256", "\n" + ABC_SHA256.toUpperCase(java.util.Locale.ROOT)))
        .isEqualTo(Checksum.parse("SHA-256", ABC_SHA256))
        .contains(new Checksum(ChecksumType.SHA256, ABC_SHA256));
  }

  @Test
  void matchesTheBytesItIsOfAndNoOthers() {
    Checksum checksum = new Checksum(ChecksumType.SHA256, ABC_SHA256);
    MessageDigest digest = ChecksumType.SHA256.newDigest();

    digest.update(Text.bytes("a"));
    digest.update(Text.bytes("bc"));
    assertThat(checksum.matches(digest)).isTrue();

    digest.update(Text.bytes("abd"));
    assertThat(checksum.matches(digest)).isFalse();
    assertThat(Checksum.of(ChecksumType.SHA256, checksum.bytes())).isEqualTo(checksum);
  }

  @Test
  void madeOfOtherThanLowerCaseDigitsOfTheRightNumberItIsRefused() {
    assertThatThrownBy(() -> new Checksum(ChecksumType.SHA1, ABC_SHA256))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Checksum(ChecksumType.SHA256, ABC_SHA256.replace('a', 'A')))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
