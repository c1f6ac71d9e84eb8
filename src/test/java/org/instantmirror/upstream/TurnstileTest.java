package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may read, and how much; in a time of the test's own. */
class TurnstileTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long STEP = 1_000_000L; // how exact the test's time is
  private static final Urgency CLIENT = Urgency.INTERACTIVE;
  private static final Urgency AHEAD = Urgency.AHEAD;

  private final Turnstile turnstile = new Turnstile();

  /** Reads whatever it may, at once; how much that was. */
  private long read(Urgency urgency, long rate, long now) {
    int granted = turnstile.pass(urgency, Turnstile.BLOCK, rate, now);
    turnstile.brought(urgency, granted, granted, rate);
    return granted;
  }

  @ParameterizedTest
  @ValueSource(longs = {1000, 10_000, 100_000, 1_000_000, 50_000_000})
  void whatSeveralReadTogetherIsTheLimit(long rate) {
    long one = 0;
    long other = 0;
    for (long now = 0; now < 100 * SECOND; now += STEP) {
      one += read(CLIENT, rate, now);
      other += read(CLIENT, rate, now);
    }
    // The first block is read before there was time to wait for it.
    assertThat(one + other).isBetween(99 * rate, 100 * rate + Turnstile.BLOCK);
  }

  @Test
  void withoutALimitEverythingMayBeReadAtOnce() {
    for (int i = 0; i < 1000; i++) {
      assertThat(read(CLIENT, 0, 0)).isEqualTo(Turnstile.BLOCK);
      assertThat(read(AHEAD, 0, 0)).isEqualTo(Turnstile.BLOCK);
    }
  }

  @Test
  void whatWasTakenAndDidNotComeIsGivenBack() {
    long rate = 16 * 1024;
    int granted = turnstile.pass(CLIENT, Turnstile.BLOCK, rate, 0);
    assertThat(granted).isEqualTo(1024);
    assertThat(turnstile.pass(CLIENT, Turnstile.BLOCK, rate, 0)).isZero();
    turnstile.brought(CLIENT, granted, 24, rate);
    assertThat(turnstile.pass(CLIENT, Turnstile.BLOCK, rate, 0)).isZero();
    // 24 bytes have to be paid for, and no more.
    assertThat(turnstile.pauseNanos(CLIENT, rate, 0)).isEqualTo(24 * SECOND / rate + 1);
    assertThat(turnstile.pass(CLIENT, Turnstile.BLOCK, rate, 24 * SECOND / rate + 1)).isPositive();
  }

  @Test
  void anIdleHourIsNoCreditForABurst() {
    long rate = 160_000;
    assertThat(read(CLIENT, rate, 0)).isEqualTo(10_000);
    long burst = 0;
    for (long more = 1; more > 0; burst += more) {
      more = read(CLIENT, rate, 3600 * SECOND);
    }
    assertThat(burst).isLessThanOrEqualTo(30_000);
  }

  @Test
  void aLimitThatIsLiftedOrSetHoldsAtOnce() {
    long slow = 1000;
    assertThat(read(CLIENT, slow, 0)).isPositive();
    assertThat(read(CLIENT, slow, 0)).isZero();
    assertThat(read(CLIENT, 0, 1)).isEqualTo(Turnstile.BLOCK);
    assertThat(read(CLIENT, slow, 2)).isEqualTo(Turnstile.LEAST_BLOCK);
    assertThat(read(CLIENT, slow, 3)).isZero();
  }

  @Test
  void whatNobodyWaitsForHasASmallShareWhileClientsAreServed() {
    turnstile.clientBegins();
    long client = 0;
    long ahead = 0;
    for (int i = 0; i < 10_000; i++) {
      client += read(CLIENT, 0, i);
      ahead += read(AHEAD, 0, i);
    }
    assertThat(ahead)
        .isBetween(
            client / Turnstile.SHARE - Turnstile.BLOCK, client / Turnstile.SHARE + Turnstile.BLOCK);
  }

  @Test
  void theSameOfALimit() {
    long rate = 1_000_000;
    turnstile.clientBegins();
    long client = 0;
    long ahead = 0;
    for (long now = 0; now < 100 * SECOND; now += STEP) {
      ahead += read(AHEAD, rate, now);
      client += read(CLIENT, rate, now);
    }
    assertThat(ahead).isBetween(client / 25, client / 18);
    assertThat(ahead + client).isBetween(99 * rate, 100 * rate + Turnstile.BLOCK);
  }

  @Test
  void itWaitsWhileAClientIsServedAndBrieflyAfter() {
    turnstile.clientBegins();
    assertThat(read(AHEAD, 0, 0)).isZero();
    turnstile.clientEnds(SECOND);
    assertThat(read(AHEAD, 0, SECOND)).isZero();
    assertThat(turnstile.pauseNanos(AHEAD, 0, SECOND)).isEqualTo(Turnstile.LINGER_NANOS);
    assertThat(read(AHEAD, 0, SECOND + Turnstile.LINGER_NANOS)).isEqualTo(Turnstile.BLOCK);
  }

  @Test
  void whatWasReadBeforeAClientCameIsNotHeldAgainstItForEver() {
    for (int i = 0; i < 1000; i++) {
      assertThat(read(AHEAD, 0, 0)).isPositive();
    }
    turnstile.clientBegins();
    assertThat(read(AHEAD, 0, 1)).isZero();
    for (int i = 0; i <= Turnstile.SHARE; i++) {
      read(CLIENT, 0, 1);
    }
    assertThat(read(AHEAD, 0, 1)).isPositive();
  }

  @Test
  void manyServedClientsAreNoMeritThatIsPaidOutAtOnce() {
    turnstile.clientBegins();
    for (int i = 0; i < 1000; i++) {
      read(CLIENT, 0, 0);
    }
    assertThat(read(AHEAD, 0, 0)).isEqualTo(Turnstile.BLOCK);
    assertThat(read(AHEAD, 0, 0)).isZero();
  }
}
