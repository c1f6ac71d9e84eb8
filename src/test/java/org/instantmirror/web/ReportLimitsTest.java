package org.instantmirror.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReportLimitsTest {

  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  private final ReportLimits limits = new ReportLimits();

  private boolean takes(int client, boolean known, String address, Instant now) {
    return limits.takeOf("client" + client, known, address, now).isZero();
  }

  @Test
  void oneMachineDoesNotPassForThousands() {
    for (int i = 0; i < ReportLimits.NEW_BURST; i++) {
      assertThat(takes(i, false, "203.0.113.7", NOW)).isTrue();
    }
    assertThat(limits.takeOf("more", false, "203.0.113.7", NOW)).isEqualTo(Duration.ofMinutes(2));
    assertThat(takes(5, true, "203.0.113.7", NOW)).as("one that is known").isTrue();
    assertThat(takes(9_999, false, "203.0.113.8", NOW)).as("another machine").isTrue();
    assertThat(takes(9_998, false, "203.0.113.7", NOW.plusSeconds(120))).isTrue();
    assertThat(takes(9_997, false, "203.0.113.7", NOW.plusSeconds(120))).isFalse();
  }

  @Test
  void allAddressesOfAMachineAreOne() {
    for (int i = 0; i < ReportLimits.NEW_BURST; i++) {
      String address = "2001:db8:1:2:" + Integer.toHexString(i) + "::1";
      assertThat(takes(i, false, address, NOW)).isTrue();
    }
    assertThat(takes(-1, false, "2001:db8:1:2:ffff::1", NOW)).isFalse();
    assertThat(takes(-2, false, "2001:db8:1:3::1", NOW)).isTrue();
  }

  @Test
  void aWebServerInFrontMayBringAnyNumber() {
    for (int i = 0; i < 2 * ReportLimits.NEW_BURST; i++) {
      assertThat(takes(i, false, i % 2 == 0 ? "127.0.0.1" : "0:0:0:0:0:0:0:1", NOW)).isTrue();
    }
  }
}
