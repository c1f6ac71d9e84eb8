package org.instantmirror.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RulesTest {

  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");

  private static Facts facts(
      Standing standing,
      boolean configured,
      boolean pinned,
      boolean fetched,
      int hoursAgo,
      int goneHours,
      int newer,
      int keepVanishedHours) {
    return new Facts(
        1 << 20,
        NOW.minus(Duration.ofDays(30)),
        NOW.minus(Duration.ofHours(hoursAgo)),
        1,
        0,
        0,
        configured,
        pinned,
        standing,
        fetched,
        goneHours < 0 ? null : NOW.minus(Duration.ofHours(goneHours)),
        newer,
        3,
        Duration.ofHours(keepVanishedHours));
  }

  @ParameterizedTest
  @CsvSource({
    "LIVE,         true,  true,   true,  99, -1, 9, 0, NEVER,    PINNED",
    "LIVE,         true,  false,  true,  99, -1, 9, 0, BY_WORTH, WORTH",
    "EARLIER,      true,  false,  true,  99, -1, 9, 0, BY_WORTH, WORTH",
    "UNKNOWN,      true,  false,  true,  99, -1, 9, 0, BY_WORTH, WORTH",
    "RECENT,       true,  false,  true,  99, -1, 9, 0, NEVER,    RECENT",
    "METADATA,     true,  false,  true,  99, -1, 9, 0, NEVER,    METADATA",
    "OLD_METADATA, true,  false,  true,  49, -1, 9, 0, FIRST,    OLD_METADATA",
    "OLD_METADATA, true,  false,  true,  47, -1, 9, 0, NEVER,    METADATA",
    "UNLISTED,     true,  false,  true,  49, -1, 3, 0, FIRST,    UNLISTED",
    "UNLISTED,     true,  false,  true,  49, -1, 2, 0, BY_WORTH, KEPT_VERSION",
    "UNLISTED,     true,  false,  true,  47, -1, 3, 0, BY_WORTH, NEW",
    "UNLISTED,     true,  false,  false, 49, -1, 3, 0, BY_WORTH, BY_HAND",
    "UNLISTED,     true,  true,   true,  49, -1, 3, 0, NEVER,    PINNED",
    "UNLISTED,     true,  false,  true,  49, 23, 3, 24, BY_WORTH, KEPT_VANISHED",
    "UNLISTED,     true,  false,  true,  49, 25, 3, 24, FIRST,   UNLISTED",
    "UNLISTED,     true,  false,  true,  49, -1, 3, 50, BY_WORTH, KEPT_VANISHED",
    "UNKNOWN,      false, false,  true,  1,  -1, 0, 0, FIRST,    NOT_CONFIGURED",
  })
  void whoMayGoFollowsFromWhatGenerationsAndTheConfigurationSay(
      Standing standing,
      boolean configured,
      boolean pinned,
      boolean fetched,
      int hoursAgo,
      int goneHours,
      int newer,
      int keepVanished,
      Rank rank,
      Reason reason) {
    Verdict verdict =
        Rules.judge(
            facts(standing, configured, pinned, fetched, hoursAgo, goneHours, newer, keepVanished),
            NOW);
    assertThat(verdict.rank()).isEqualTo(rank);
    assertThat(verdict.reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @EnumSource(Standing.class)
  void whatIsPinnedNeverGoes(Standing standing) {
    Facts pinned = facts(standing, true, true, true, 1000, -1, 9, 0);
    assertThat(Rules.judge(pinned, NOW).rank()).isEqualTo(Rank.NEVER);
  }

  @Test
  void aFileThatIsAskedForLaterIsWorthMore() {
    Verdict idle = Rules.judge(facts(Standing.LIVE, true, false, true, 1000, -1, 0, 0), NOW);
    Verdict used = Rules.judge(facts(Standing.LIVE, true, false, true, 1, -1, 0, 0), NOW);
    assertThat(used.priority()).isGreaterThan(idle.priority());
  }

  @Test
  void whatNewerVersionsHaveTakenThePlaceOfIsWorthATenth() {
    double live =
        Rules.judge(facts(Standing.LIVE, true, false, true, 49, -1, 0, 0), NOW).priority();
    for (Standing standing : List.of(Standing.EARLIER, Standing.UNLISTED)) {
      Facts old = facts(standing, true, false, true, 49, -1, 0, 0);
      assertThat(Rules.judge(old, NOW).priority()).isCloseTo(live / 10, within(1e-9));
    }
  }
}
