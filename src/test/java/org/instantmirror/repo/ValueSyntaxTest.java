package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueSyntaxTest {

  @ParameterizedTest
  @CsvSource({
    "1, true", "yes, true", "True, true", "ON, true",
    "0, false", "no, false", "FALSE, false", "off, false",
  })
  void yesAndNoHaveFourSpellingsEach(String text, boolean value) {
    assertThat(ValueSyntax.yesOrNo(text)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "y", "enabled", "true false"})
  void anythingElseIsNeitherYesNorNo(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueSyntax.yesOrNo(text))
        .withMessageContaining("allowed are 1, yes");
  }

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "90, PT1M30S",
    "30s, PT30S",
    "15m, PT15M",
    "6h, PT6H",
    "7d, P7D",
    "48H, PT48H",
    "0.5, PT0.5S",
    "1.5h, PT1H30M",
    "36500d, PT876000H",
  })
  void aDurationIsSecondsOrHasAUnit(String text, Duration duration) {
    assertThat(ValueSyntax.lifetime(text)).isEqualTo(duration);
    assertThat(ValueSyntax.durationOrNever(text)).contains(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-5", "1w", "1 h", "x", "1h30m", "36501d", "999999999999999999d", "1e3", "٣"})
  void whatIsNoDurationIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueSyntax.lifetime(text))
        .withMessageContaining("allowed is 0 to 36500d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"never", "Never", "-1"})
  void neverIsADurationOnlyWhereItMakesSense(String text) {
    assertThat(ValueSyntax.durationOrNever(text)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> ValueSyntax.lifetime(text));
  }

  @Test
  void bothEndsOfARangeAreAllowed() {
    assertThat(ValueSyntax.duration("100m", "1s", "100m")).hasMinutes(100);
    assertThat(ValueSyntax.duration("1", "1s", "100m")).hasSeconds(1);
    assertThat(ValueSyntax.integer("0", 0, 5)).isZero();
    assertThat(ValueSyntax.integer("5", 0, 5)).isEqualTo(5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueSyntax.duration("0.9", "1s", "100m"))
        .withMessageContaining("allowed is 1s to 100m");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueSyntax.integer("6", 0, 5))
        .withMessageContaining("allowed is 0 to 5");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1000, 1000",
    "500k, 512000",
    "10M, 10485760",
    "10m, 10485760",
    "1G, 1073741824",
    "1.5k, 1536",
    "1T, 1099511627776",
  })
  void aSizeIsBytesOrHasAUnitOf1024(String text, long bytes) {
    assertThat(ValueSyntax.size(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1x", "1 G", "10MB", "k", "999999999999999999T", "0x10"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueSyntax.size(text))
        .withMessageContaining("is no size; allowed");
  }

  @ParameterizedTest
  @CsvSource({
    "5% or 1G, 1073741824, 5",
    "1G or 5 %, 1073741824, 5",
    "10%, 9223372036854775807, 10",
    "500M, 524288000, 100",
    "0, 0, 100",
  })
  void freeSpaceIsAShareASizeOrBoth(String text, long bytes, int percent) {
    assertThat(ValueSyntax.freeSpace(text)).isEqualTo(new FreeSpaceLimit(bytes, percent));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "101%", "5% or", "5% or 6%", "1G or 2G", "5% 1G", "5% or 1G or 2G"})
  void whatIsNoFreeSpaceIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueSyntax.freeSpace(text))
        .withMessageContaining("5% or 1G");
  }

  @Test
  void wordsAreSeparatedByCommasSpacesAndNewlines() {
    assertThat(ValueSyntax.words("a, b c,,d\n\te ")).containsExactly("a", "b", "c", "d", "e");
    assertThat(ValueSyntax.words("")).isEmpty();
    assertThat(ValueSyntax.words(" , ")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "http://proxy.example:3128, http://proxy.example:3128",
    "http://127.0.0.1:8080/, http://127.0.0.1:8080",
    "HTTP://[::1]:8080, http://[::1]:8080",
  })
  void aProxyIsAHostAndAPort(String text, String uri) {
    assertThat(ValueSyntax.proxy(text)).hasToString(uri);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proxy.example:3128",
        "http://proxy.example",
        "http://proxy.example:0",
        "http://proxy.example:70000",
        "https://proxy.example:3128",
        "socks5://proxy.example:1080",
        "http://us:secret@proxy.example:3128",
        "http://proxy.example:3128/x",
        "http://proxy.example:3128?x",
        "http://a b:1",
      })
  void whatIsNoHttpProxyIsRefusedWithoutRepeatingIt(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueSyntax.proxy(text))
        .withMessageContaining("http://host:port")
        .withMessageNotContaining("secret");
  }

  @Test
  void aHostWithoutAPortStandsForBothUsualOnes() {
    assertThat(ValueSyntax.hostAndPorts("Cdn.Example, 10.0.0.1:8080\n[::1]:81"))
        .containsExactly("cdn.example:80", "cdn.example:443", "10.0.0.1:8080", "[::1]:81");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://cdn.example",
        "cdn.example/x",
        "u@cdn.example",
        "cdn.example:0",
        ":80",
        "cdn.example:70000",
        "*.example",
        "cdn.example:"
      })
  void whatIsNoHostIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueSyntax.hostAndPorts(text))
        .withMessageContaining("is no host");
  }

  @Test
  void anAddressMayBeOfEitherFamily() {
    assertThat(ValueSyntax.address("127.0.0.1").isLoopbackAddress()).isTrue();
    assertThat(ValueSyntax.address("::1").isLoopbackAddress()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueSyntax.address("127.0.0.1.:x"))
        .withMessageContaining("is no address");
  }
}
