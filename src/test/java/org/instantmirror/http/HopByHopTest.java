package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 7.6.1. */
class HopByHopTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection",
        "Keep-Alive",
        "Proxy-Connection",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "connection",
        "te",
        "TRANSFER-ENCODING"
      })
  void fieldsOfTheConnectionAreHopByHop(String name) {
    assertThat(HopByHop.isHopByHop(name)).isTrue();
    assertThat(HopByHop.endToEnd(List.of(Map.entry(name, "x")))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length", "Content-Type", "ETag", "Date", "Trailers", "Connection-X", ""})
  void otherFieldsAreEndToEnd(String name) {
    assertThat(HopByHop.isHopByHop(name)).isFalse();
    assertThat(HopByHop.endToEnd(List.of(Map.entry(name, "x"))))
        .containsExactly(Map.entry(name, "x"));
  }

  @Test
  void fieldsThatConnectionNamesAreDroppedWhereverTheyStand() {
    List<Map.Entry<String, String>> fields =
        List.of(
            Map.entry("X-Before", "1"),
            Map.entry("ETag", "\"a\""),
            Map.entry("connection", "close, X-BEFORE ,"),
            Map.entry("Link", "<a>"),
            Map.entry("X-After", "2"),
            Map.entry("Link", "<b>"),
            Map.entry("Connection", "x-after"),
            Map.entry("Close", "no field of this name is expected"));
    assertThat(HopByHop.endToEnd(fields))
        .containsExactly(
            Map.entry("ETag", "\"a\""), Map.entry("Link", "<a>"), Map.entry("Link", "<b>"));
  }

  @Test
  void nothingOfNothingIsPassedOn() {
    assertThat(HopByHop.endToEnd(List.of())).isEmpty();
  }
}
