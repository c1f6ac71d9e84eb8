package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.upstream.Currency.Sight;
import org.instantmirror.upstream.Ranking.Candidate;
import org.instantmirror.upstream.Ranking.Purpose;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom to ask next, who keeps up, and when a file is gone: the rules as tables. */
class RankingTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /**
   * Upstreams in a line: {@code b} a base URL, {@code c} a mirror that keeps up, {@code u} one that
   * nobody has looked at, {@code l} one that lags; then its number; then {@code !} if it rests, or
   * {@code @} and its expected milliseconds.
   */
  private static List<Candidate> candidates(String line) {
    List<Candidate> all = new ArrayList<>();
    for (String word : line.isEmpty() ? new String[0] : line.split(" ", -1)) {
      String[] parts = word.replace("!", "").split("@", -1);
      Health health = word.endsWith("!") ? Health.GOOD.afterFailure(NOW, NOW) : Health.GOOD;
      Speed speed =
          parts.length < 2
              ? Speed.UNKNOWN
              : new Speed(Double.valueOf(parts[1]), Double.valueOf(0), 0, NOW);
      Currency currency =
          switch (word.charAt(0)) {
            case 'c' -> Currency.CURRENT;
            case 'l' -> Currency.LAGGING;
            default -> Currency.UNKNOWN;
          };
      all.add(new Candidate(upstream(parts[0]), all.size(), health, speed, currency));
    }
    return all;
  }

  private static Upstream upstream(String name) {
    return new Upstream(
        new BaseUrl("http://" + name + ".example/"),
        name.startsWith("b") ? Upstream.Origin.CONFIGURED : Upstream.Origin.LISTED);
  }

  private static String names(List<Upstream> upstreams) {
    return String.join(
        " ",
        upstreams.stream()
            .map(each -> each.base().template().replaceAll("http://|\\.example/", ""))
            .toList());
  }

  @ParameterizedTest
  @CsvSource({
    // base URLs as configured, then mirrors as listed
    "b1 b2 c3 u4, b1 b2 c3 u4, b1 b2 c3 u4",
    // who rests isn't asked
    "b1! b2 c3! u4, b2 u4, b2 u4",
    "b1! c2!, '', ''",
    // mirrors by speed, whatever it is base URLs come first
    "c1@900 b2@5000 c3@100, b2 c3 c1, b2 c3 c1",
    // one that nobody has measured is tried before a slow one, not before a fast one
    "c1@2000 c2 u3, c2 u3 c1, c2 u3 c1",
    "c1@100 c2 u3, c1 c2 u3, c1 c2 u3",
    "c1 c2 c3@100, c3 c1 c2, c3 c1 c2",
    // one that lags: for packages last, for metadata only if it is alone
    "l1@1 c2@900 u3, u3 c2, u3 c2 l1",
    "b1 l2, b1, b1 l2",
    "l1@9 l2@1, l2 l1, l2 l1",
    "c1! l2, l2, l2",
    "'', '', ''",
  })
  void theOrderIsThatOfPreferenceThenSpeed(String all, String metadata, String packages) {
    assertThat(names(Ranking.order(candidates(all), Purpose.METADATA, NOW))).isEqualTo(metadata);
    assertThat(names(Ranking.order(candidates(all), Purpose.PACKAGE, NOW))).isEqualTo(packages);
  }

  @ParameterizedTest
  @CsvSource({
    "b1 b2, b1 b2, true",
    "b1 b2, b1, false",
    "b1 b2!, b1, false",
    "b1 c2 u3, b1, false",
    "b1 c2 u3, b1 c2, false",
    "b1 c2 u3, b1 c2 u3, true",
    "b1 c2 u3, c2 u3, false",
    "b1 c2 u3!, b1 c2, true",
    "c1 c2! c3!, c1, true",
    "c1! c2!, '', false",
    "b1 c2! c3!, b1, false",
    "b1 l2, b1, false",
    "c1 l2, c1, true",
    "c1 l2, l2, false",
    "l1 l2, l1 l2, false",
    "c1 c2 c3 c4 c5 c6 c7, c1 c2 c3 c4 c5, true",
    "c1 c2 c3 c4 c5 c6 c7, c1 c2 c3 c4, false",
    "c1 c2 c3 c4 l5 c6 c7, c1 c2 c3 c4 l5, false",
    "b0 c1 c2 c3 c4 c5 c6, c1 c2 c3 c4 c5, false",
    "'', '', false",
  })
  void aFileIsGoneWhenAllWhoCountAndCanBeAskedSaySo(String all, String missing, boolean gone) {
    Set<Upstream> sayingSo =
        missing.isEmpty()
            ? Set.of()
            : Stream.of(missing.split(" ", -1))
                .map(RankingTest::upstream)
                .collect(java.util.stream.Collectors.toSet());
    assertThat(Absence.everywhere(candidates(all), false, sayingSo, NOW)).isEqualTo(gone);
    assertThat(Absence.everywhere(candidates(all), true, sayingSo, NOW))
        .as("who knows what a list names that can't be had")
        .isFalse();
  }

  private static Checksum sha256(int number) {
    return new Checksum(ChecksumType.SHA256, "%064x".formatted(number));
  }

  private static Currency currency(@Nullable Sight sight) {
    return Currency.of(sight, Set.of(sha256(1), sha256(2)), NOW);
  }

  @Test
  void aMirrorKeepsUpThatHasWhatTheListNames() {
    assertThat(currency(new Sight(sha256(1), false, NOW))).isEqualTo(Currency.CURRENT);
    assertThat(currency(new Sight(sha256(2), false, Instant.MIN))).isEqualTo(Currency.CURRENT);
    assertThat(Currency.of(null, Set.of(), NOW)).as("no metalink").isEqualTo(Currency.CURRENT);
  }

  @Test
  void aMirrorLagsForAWhileThatHadSomethingElse() {
    Duration life = Currency.LIFE;
    assertThat(currency(new Sight(sha256(3), false, NOW))).isEqualTo(Currency.LAGGING);
    assertThat(currency(new Sight(sha256(3), false, NOW.minus(life).plusSeconds(1))))
        .isEqualTo(Currency.LAGGING);
    assertThat(currency(new Sight(sha256(3), false, NOW.minus(life)))).isEqualTo(Currency.UNKNOWN);
    assertThat(currency(new Sight(sha256(3), false, NOW.plusSeconds(1))))
        .as("the clock was set back")
        .isEqualTo(Currency.UNKNOWN);
  }

  @Test
  void aMirrorThatIsNewerThanTheListOrWasNeverSeenIsUnknown() {
    assertThat(currency(null)).isEqualTo(Currency.UNKNOWN);
    assertThat(currency(new Sight(sha256(3), true, NOW))).isEqualTo(Currency.UNKNOWN);
    Checksum sha1 = new Checksum(ChecksumType.SHA1, "0".repeat(40));
    assertThat(currency(new Sight(sha1, false, NOW))).isEqualTo(Currency.UNKNOWN);
  }

  private static Measurement took(int firstByteMillis, long bytes, int bodyMillis) {
    return new Measurement(
        Duration.ofMillis(firstByteMillis), bytes, Duration.ofMillis(bodyMillis));
  }

  @Test
  void aSpeedIsTheTimeThatAMegabyteTakes() {
    Speed speed = Speed.UNKNOWN.with(took(50, 2_000_000, 1000), NOW);
    assertThat(speed.expectedMillis(0, NOW)).isEqualTo(50 + 500);
    assertThat(speed.expectedMillis(99, NOW)).as("its place says no more").isEqualTo(550);
    Speed slower = speed.with(took(150, 2_000_000, 2000), NOW);
    assertThat(slower.expectedMillis(0, NOW)).as("smoothed").isEqualTo(80 + 650);
  }

  @Test
  void aSmallAnswerSaysNothingOfTheRate() {
    Speed speed = Speed.UNKNOWN.with(took(50, 1000, 1000), NOW);
    assertThat(speed.millisPerMegabyte()).isNull();
    assertThat(speed.with(took(50, 1000, 9000), NOW)).isEqualTo(speed);
  }

  @Test
  void failuresCountUntilTriesSucceed() {
    Speed fast = Speed.UNKNOWN.with(took(10, 1_000_000, 10), NOW);
    Speed failing = fast.withFailure(NOW).withFailure(NOW);
    assertThat(failing.expectedMillis(0, NOW)).isEqualTo(20 + 2000);
    assertThat(failing.withSuccess(NOW).expectedMillis(0, NOW)).isEqualTo(20 + 1000);
    assertThat(failing.withSuccess(NOW).withSuccess(NOW)).isEqualTo(fast);
    assertThat(Speed.UNKNOWN.withFailure(NOW).expectedMillis(0, NOW))
        .isGreaterThan(Speed.UNKNOWN.expectedMillis(20, NOW));
  }

  @Test
  void whatWasMeasuredIsForgottenAfterAWhile() {
    Speed slow = Speed.UNKNOWN.with(took(9000, 0, 0), NOW).withFailure(NOW);
    assertThat(slow.expectedMillis(1, NOW.plus(Speed.LIFE)))
        .isEqualTo(Speed.UNKNOWN.expectedMillis(1, NOW));
    assertThat(slow.expectedMillis(1, NOW.minusSeconds(1)))
        .as("the clock was set back")
        .isEqualTo(Speed.UNKNOWN.expectedMillis(1, NOW));
  }
}
