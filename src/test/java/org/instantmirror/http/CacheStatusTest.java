package org.instantmirror.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.instantmirror.http.CacheStatus.Forward;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 9211. */
class CacheStatusTest {

  static Stream<Arguments> statuses() {
    CacheStatus miss = CacheStatus.forwarded(Forward.URI_MISS);
    CacheStatus stale = CacheStatus.forwarded(Forward.STALE);
    return Stream.of(
        Arguments.of(CacheStatus.hit(), "InstantMirror; hit"),
        Arguments.of(
            CacheStatus.hit().withDetail("upstream-unreachable"),
            "InstantMirror; hit; detail=upstream-unreachable"),
        Arguments.of(miss, "InstantMirror; fwd=uri-miss"),
        Arguments.of(miss.asStored(), "InstantMirror; fwd=uri-miss; stored"),
        Arguments.of(miss.asCollapsed(), "InstantMirror; fwd=uri-miss; collapsed"),
        Arguments.of(stale.withUpstreamStatus(304), "InstantMirror; fwd=stale; fwd-status=304"),
        Arguments.of(
            miss.withDetail("a b").asCollapsed().asStored().withUpstreamStatus(200),
            "InstantMirror; fwd=uri-miss; fwd-status=200; stored; collapsed;" + " detail=\"a b\""));
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void statusIsWrittenAsTheRfcSays(CacheStatus status, String field) {
    assertThat(status).hasToString(field);
  }

  @ParameterizedTest
  @CsvSource({
    "BYPASS, bypass",
    "METHOD, method",
    "URI_MISS, uri-miss",
    "VARY_MISS, vary-miss",
    "MISS, miss",
    "REQUEST, request",
    "STALE, stale",
    "PARTIAL, partial"
  })
  void reasonsAreThoseOfTheRfc(Forward reason, String token) {
    assertThat(CacheStatus.forwarded(reason)).hasToString("InstantMirror; fwd=" + token);
  }

  @Test
  void everyReasonIsInTheTable() {
    assertThat(Forward.values()).hasSize(8);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "upstream-unreachable | upstream-unreachable",
        "*a/b:c               | *a/b:c",
        "two words            | \"two words\"",
        "404                  | \"404\"",
        "-a                   | \"-a\"",
        "a=b                  | \"a=b\"",
        "``                   | \"\"",
        "say \"hi\"           | \"say \\\"hi\\\"\"",
        "a\\b                 | \"a\\\\b\"",
      })
  void detailIsATokenWhereItIsOneAndQuotedElse(String detail, String written) {
    assertThat(CacheStatus.hit().withDetail(detail))
        .hasToString("InstantMirror; hit; detail=" + written);
  }

  @Test
  void whatIsNotPrintableAsciiIsAQuestionMark() {
    assertThat(CacheStatus.hit().withDetail("caf\u00e9\r\nX: y\u007f"))
        .hasToString("InstantMirror; hit; detail=\"caf???X: y?\"");
  }

  @Property
  void noDetailLeavesTheField(@ForAll String detail) {
    assertThat(CacheStatus.hit().withDetail(detail).toString())
        .matches(
            "InstantMirror; hit; detail="
                + "([A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*|\"([ !#-\\[\\]-~]|\\\\[\"\\\\])*\")");
  }

  @Test
  void hitIsNeverForwarded() {
    assertThat(CacheStatus.hit().isHit()).isTrue();
    assertThat(CacheStatus.forwarded(Forward.MISS).isHit()).isFalse();
    assertThatThrownBy(() -> CacheStatus.hit().asStored())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CacheStatus.hit().asCollapsed())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CacheStatus.hit().withUpstreamStatus(200))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void impossibleStatusIsRefused() {
    CacheStatus miss = CacheStatus.forwarded(Forward.MISS);
    assertThatThrownBy(() -> miss.withUpstreamStatus(99))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> miss.withUpstreamStatus(600))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
