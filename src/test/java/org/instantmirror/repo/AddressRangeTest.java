package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.0/8, 127.0.0.1, true",
    "127.0.0.0/8, 127.255.3.4, true",
    "127.0.0.0/8, 128.0.0.1, false",
    "127.0.0.0/8, ::ffff:127.0.0.1, true",
    "127.0.0.0/8, 0:0:0:0:0:ffff:7f00:1, true",
    "127.0.0.0/8, ::127.0.0.1, false",
    "127.0.0.0/8, ::1, false",
    "10.0.0.5, 10.0.0.5, true",
    "10.0.0.5, 10.0.0.6, false",
    "10.0.0.5, ::ffff:a00:5, true",
    "10.128.0.0/9, 10.200.1.1, true",
    "10.128.0.0/9, 10.127.255.255, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "::1, 0:0:0:0:0:0:0:1, true",
    "::1, ::1%lo, true",
    "::1, 127.0.0.1, false",
    "::/0, 2001:db8::1, true",
    "::/0, 127.0.0.1, false",
    "fd00::/8, fd12:3456::1, true",
    "fd00::/8, fe80::1, false",
    "fe80::/10, fe80::1%eth0, true",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "::ffff:10.0.0.0/104, 10.1.2.3, true",
    "::ffff:10.0.0.0/104, 11.1.2.3, false",
    "127.0.0.0/8, localhost, false",
    "127.0.0.0/8, 127.1, false",
    "127.0.0.0/8, 127.0.0.01, false",
    "127.0.0.0/8, '', false",
    "127.0.0.0/8, unknown, false",
    "::/0, .:, false",
  })
  void aRangeHoldsTheAddressesThatShareItsFirstBits(String range, String client, boolean holds) {
    assertThat(AddressRange.parse(range).contains(client)).isEqualTo(holds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "10.0.0",
        "10.0.0.256",
        "010.0.0.1",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "/8",
        "::/129",
        "::ffff:10.0.0.0/95",
        "fe80:::1",
        "10.0.0.0/8/8",
        "*",
        ""
      })
  void whatIsNoRangeIsRefused(String text) {
    assertThatThrownBy(() -> AddressRange.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "' is no address");
  }

  @Test
  void aRangeBeginsAtItsFirstAddress() {
    assertThatThrownBy(() -> AddressRange.parse("10.0.0.1/8")).hasMessageContaining("bits set");
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, true", "::1, true", "::ffff:127.0.0.9, true", "10.0.0.1, false"})
  void loopbackIsThisMachine(String address, boolean loopback) {
    assertThat(AddressRange.isLoopback(address)).isEqualTo(loopback);
  }
}
