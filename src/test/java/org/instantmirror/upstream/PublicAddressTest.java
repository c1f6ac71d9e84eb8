package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.168.1.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:7f00:1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2002:7f00:1::1",
        "2002:a00:1::",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::8.8.8.8",
        "2001::1",
      })
  void specialAddressesAreNotPublic(String literal) {
    assertThat(PublicAddress.isLiteral(literal)).isTrue();
    assertThat(PublicAddress.isPublicLiteral(literal)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.0",
        "126.0.0.1",
        "128.0.0.1",
        "169.253.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.0.1",
        "192.169.0.1",
        "223.255.255.255",
        "2600::1",
        "2a02:2b88::1",
        "2001:db9::1",
        "2002:101:101::",
        "64:ff9b::8.8.8.8",
        "::ffff:8.8.8.8",
      })
  void otherAddressesArePublic(String literal) {
    assertThat(PublicAddress.isPublicLiteral(literal)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2130706433",
        "0x7f000001",
        "0X7F.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "1.2.3.4.5",
        "256.1.1.1",
        "017700000001",
        "foo.0x1",
      })
  void spellingsThatProgramsReadDifferentlyAreAmbiguous(String host) {
    assertThat(PublicAddress.isAmbiguousLiteral(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"8.8.8.8", "mirror.example", "1.example", "0x7f.example", "a1", "::1"})
  void namesAndPlainAddressesAreNotAmbiguous(String host) {
    assertThat(PublicAddress.isAmbiguousLiteral(host)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST", "localhost.", "a.localhost"})
  void localNamesAreKnownWithoutResolving(String host) {
    assertThat(PublicAddress.isLocalName(host)).isTrue();
  }
}
