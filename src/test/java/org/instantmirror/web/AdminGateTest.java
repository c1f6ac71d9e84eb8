package org.instantmirror.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.instantmirror.repo.AddressRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may change something, and whose web pages may not make a browser do so. */
class AdminGateTest {

  private static AdminGate gate(String... ranges) {
    return new AdminGate(() -> List.of(ranges).stream().map(AddressRange::parse).toList());
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // address, Host, Origin, Sec-Fetch-Site, forwarded; taken
        "127.0.0.1, localhost:8080, -, -, false, true",
        "127.0.0.1, LOCALHOST, -, -, false, true",
        "127.0.0.1, 127.0.0.1:8080, -, -, false, true",
        "::1, [::1]:8080, -, -, false, true",
        "0:0:0:0:0:0:0:1, localhost, -, -, false, true",
        "::ffff:127.0.0.1, localhost, -, -, false, true",
        "127.0.0.1, mirror.localhost, -, -, false, false",
        "10.0.0.5, mirror.example, -, -, false, true",
        "fd00::7, mirror.example, -, -, false, true",
        // not listed
        "10.0.0.6, mirror.example, -, -, false, false",
        "192.0.2.1, localhost, -, -, false, false",
        "fe80::1, localhost, -, -, false, false",
        // pages of our own
        "127.0.0.1, localhost:8080, http://localhost:8080, same-origin, false, true",
        "10.0.0.5, mirror.example, https://mirror.example, same-origin, false, true",
        "127.0.0.1, localhost:8080, -, none, false, true",
        // other pages
        "127.0.0.1, localhost:8080, http://evil.example, cross-site, false, false",
        "127.0.0.1, localhost:8080, http://evil.example, -, false, false",
        "127.0.0.1, localhost:8080, http://localhost:9090, same-site, false, false",
        "127.0.0.1, localhost:8080, http://localhost:9090, -, false, false",
        "127.0.0.1, localhost:8080, null, -, false, false",
        "127.0.0.1, localhost:8080, -, cross-site, false, false",
        "10.0.0.5, mirror.example, http://evil.example, -, false, false",
        // a name that was made to lead here
        "127.0.0.1, evil.example:8080, http://evil.example:8080, same-origin, false, false",
        "127.0.0.1, evil.example, -, -, false, false",
        "127.0.0.1, 127.0.0.1.evil.example, -, -, false, false",
        "127.0.0.1, localhost.evil.example, -, -, false, false",
        "127.0.0.1, -, -, -, false, false",
        // a proxy on this machine that makes everybody a neighbour
        "127.0.0.1, localhost, -, -, true, false",
        "10.0.0.5, mirror.example, -, -, true, true",
      })
  void callsAreTakenFromAdministratorsOnly(
      String address, String host, String origin, String site, boolean forwarded, boolean taken) {
    AdminGate gate = gate("127.0.0.0/8", "::1", "10.0.0.5", "fd00::/8");
    AdminGate.Caller caller = new AdminGate.Caller(address, host, origin, site, forwarded);
    assertThat(gate.refusal(caller).isEmpty()).isEqualTo(taken);
  }

  @Test
  void nobodyMayWhereNobodyIsListed() {
    assertThat(gate().refusal(new AdminGate.Caller("127.0.0.1", "localhost", null, null, false)))
        .hasValueSatisfying(why -> assertThat(why).contains("admin_clients"));
  }
}
