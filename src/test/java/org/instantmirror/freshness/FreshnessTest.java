package org.instantmirror.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.instantmirror.freshness.Decision.Action;
import org.instantmirror.freshness.Decision.Reason;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Lifetimes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Must upstream be asked? Each reason, and both sides of each limit. */
class FreshnessTest {

  private static final Instant CHECKED = StoredCopy.FETCHED;
  private static final String PACKAGE = "Packages/a/a-1-1.noarch.rpm";
  private static final String SIMPLE_NAME = "repodata/repomd.xml";
  private static final String CHECKSUM_NAME =
      "repodata/" + "0123456789abcdef".repeat(4) + "-primary.xml.gz";
  private static final Lifetimes DEFAULTS = lifetimes(Duration.ofMinutes(1), Duration.ofHours(1));

  private static Lifetimes lifetimes(Duration metadata, @Nullable Duration packages) {
    return new Lifetimes(
        metadata,
        packages,
        Duration.ofSeconds(5),
        Duration.ofDays(2),
        true,
        3,
        Duration.ZERO,
        Duration.ZERO);
  }

  private static Decision decide(
      String path, Lifetimes lifetimes, boolean noCache, Duration sinceCheck) {
    FileClass fileClass = path.endsWith(".rpm") ? FileClass.PACKAGE : FileClass.METADATA;
    StoredResponse stored = StoredCopy.fetched().checked(CHECKED).response();
    return Freshness.decide(
        stored, fileClass, path, lifetimes, noCache, () -> false, CHECKED.plus(sinceCheck));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsNotStoredIsFetched(boolean noCache) {
    Decision decision =
        Freshness.decide(null, FileClass.PACKAGE, PACKAGE, DEFAULTS, noCache, () -> false, CHECKED);
    assertThat(decision).isEqualTo(new Decision(Action.FETCH, Reason.NOT_STORED));
  }

  @ParameterizedTest
  @CsvSource({
    SIMPLE_NAME + ", PT0S, WITHIN_LIFETIME",
    SIMPLE_NAME + ", PT59.999S, WITHIN_LIFETIME",
    SIMPLE_NAME + ", PT60S, EXPIRED",
    SIMPLE_NAME + ", PT240H, EXPIRED",
    PACKAGE + ", PT60S, WITHIN_LIFETIME",
    PACKAGE + ", PT59M59.999S, WITHIN_LIFETIME",
    PACKAGE + ", PT1H, EXPIRED",
  })
  void aCheckHoldsForTheLifetimeOfTheFilesClass(String path, Duration age, Reason reason) {
    assertThat(decide(path, DEFAULTS, false, age).reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource({"PT60S, WITHIN_LIFETIME", "PT59M59S, WITHIN_LIFETIME", "PT1H, EXPIRED"})
  void metadataThatNamesItsChecksumIsBelievedAsLongAsAPackage(Duration age, Reason reason) {
    assertThat(decide(CHECKSUM_NAME, DEFAULTS, false, age).reason()).isEqualTo(reason);
  }

  @Test
  void aLifetimeOfZeroAsksEveryTime() {
    Lifetimes zero = lifetimes(Duration.ZERO, Duration.ZERO);
    assertThat(decide(PACKAGE, zero, false, Duration.ZERO).reason()).isEqualTo(Reason.EXPIRED);
    assertThat(decide(SIMPLE_NAME, zero, false, Duration.ZERO).reason()).isEqualTo(Reason.EXPIRED);
  }

  @Test
  void packageExpireNeverTrustsNamesThatDoNotChangeAndNoOthers() {
    Lifetimes never = lifetimes(Duration.ofMinutes(1), null);
    Duration years = Duration.ofDays(10_000);
    assertThat(decide(PACKAGE, never, false, years).reason()).isEqualTo(Reason.NAME_TRUSTED);
    assertThat(decide(CHECKSUM_NAME, never, false, years).reason()).isEqualTo(Reason.NAME_TRUSTED);
    assertThat(decide(SIMPLE_NAME, never, false, years).reason()).isEqualTo(Reason.EXPIRED);
  }

  @ParameterizedTest
  @CsvSource({"PT0S, JUST_CHECKED", "PT0.999S, JUST_CHECKED", "PT1S, CLIENT_ASKS"})
  void noCacheAsksOnceASecondAtMost(Duration age, Reason reason) {
    assertThat(decide(SIMPLE_NAME, DEFAULTS, true, age).reason()).isEqualTo(reason);
    assertThat(decide(PACKAGE, DEFAULTS, true, age).reason()).isEqualTo(reason);
  }

  @Test
  void noCacheIsHeardWhereTheNameIsTrusted() {
    Lifetimes never = lifetimes(Duration.ofMinutes(1), null);
    assertThat(decide(PACKAGE, never, true, Duration.ofSeconds(1)).reason())
        .isEqualTo(Reason.CLIENT_ASKS);
  }

  @Test
  void noCacheNeverMakesACheckHoldLongerThanItWouldWithout() {
    Lifetimes zero = lifetimes(Duration.ZERO, Duration.ZERO);
    assertThat(decide(SIMPLE_NAME, zero, true, Duration.ZERO).reason()).isEqualTo(Reason.EXPIRED);
    assertThat(decide(PACKAGE, zero, true, Duration.ZERO).reason()).isEqualTo(Reason.EXPIRED);
    Lifetimes half = lifetimes(Duration.ofMillis(500), Duration.ofMillis(500));
    assertThat(decide(SIMPLE_NAME, half, true, Duration.ofMillis(499)).action())
        .isEqualTo(Action.SERVE);
    assertThat(decide(SIMPLE_NAME, half, true, Duration.ofMillis(500)).action())
        .isEqualTo(Action.VALIDATE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCheckTimeInTheFutureCountsAsExpired(boolean noCache) {
    Duration before = Duration.ofMillis(-1);
    assertThat(decide(PACKAGE, DEFAULTS, noCache, before).reason())
        .isEqualTo(Reason.CHECKED_IN_FUTURE);
    assertThat(decide(SIMPLE_NAME, DEFAULTS, noCache, before).reason())
        .isEqualTo(Reason.CHECKED_IN_FUTURE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFileThatNobodyConfirmedIsCheckedBeforeItIsServed(boolean noCache) {
    Lifetimes never = lifetimes(Duration.ofMinutes(1), null);
    StoredResponse unconfirmed = StoredCopy.putByHand().checked(CHECKED).response();
    Decision decision =
        Freshness.decide(
            unconfirmed, FileClass.PACKAGE, PACKAGE, never, noCache, () -> false, CHECKED);
    assertThat(decision).isEqualTo(new Decision(Action.VALIDATE, Reason.UNCONFIRMED));
  }

  @ParameterizedTest
  @CsvSource({
    "false, PT59.999S, WITHIN_LIFETIME",
    "false, PT60S, EXPIRED",
    "true, PT1S, CLIENT_ASKS"
  })
  void aFileThatNobodyConfirmedIsCheckedLikeOthersOnceUpstreamSaysThatItIsGone(
      boolean noCache, Duration sinceCheck, Reason reason) {
    assertThat(ofGone(SIMPLE_NAME, DEFAULTS, noCache, sinceCheck)).isEqualTo(reason);
  }

  @Test
  void theNameOfAFileThatNobodyConfirmedIsNotTrustedOnceItIsGone() {
    Lifetimes never = lifetimes(Duration.ofMinutes(1), null);
    assertThat(ofGone(CHECKSUM_NAME, never, false, Duration.ofMillis(59_999)))
        .isEqualTo(Reason.WITHIN_LIFETIME);
    assertThat(ofGone(CHECKSUM_NAME, never, false, Duration.ofSeconds(60)))
        .isEqualTo(Reason.EXPIRED);
  }

  private static Reason ofGone(
      String path, Lifetimes lifetimes, boolean noCache, Duration sinceCheck) {
    StoredResponse there = StoredCopy.putByHand().response();
    StoredResponse gone =
        new StoredResponse(there.head(), there.length(), false, CHECKED, CHECKED, CHECKED, null);
    Instant now = CHECKED.plus(sinceCheck);
    return Freshness.decide(gone, FileClass.METADATA, path, lifetimes, noCache, () -> false, now)
        .reason();
  }

  private static Reason justFailed(
      @Nullable StoredResponse stored, Lifetimes lifetimes, boolean noCache, Duration sinceCheck) {
    return Freshness.decide(
            stored,
            FileClass.METADATA,
            SIMPLE_NAME,
            lifetimes,
            noCache,
            () -> true,
            CHECKED.plus(sinceCheck))
        .reason();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCheckThatHasJustFailedIsNotMadeAgain(boolean noCache) {
    Duration longAgo = Duration.ofDays(1);
    StoredResponse stored = StoredCopy.fetched().checked(CHECKED).response();
    StoredResponse unconfirmed = StoredCopy.putByHand().checked(CHECKED).response();
    Lifetimes zero = lifetimes(Duration.ZERO, Duration.ZERO);
    assertThat(justFailed(stored, DEFAULTS, noCache, longAgo)).isEqualTo(Reason.CHECK_FAILED);
    assertThat(justFailed(stored, zero, noCache, longAgo)).isEqualTo(Reason.CHECK_FAILED);
    assertThat(justFailed(stored, DEFAULTS, noCache, longAgo.negated()))
        .isEqualTo(Reason.CHECK_FAILED);
    assertThat(justFailed(unconfirmed, DEFAULTS, noCache, longAgo)).isEqualTo(Reason.CHECK_FAILED);
  }

  @Test
  void whatNeedsNoCheckIsNoneTheWorseForOneThatFailed() {
    StoredResponse stored = StoredCopy.fetched().checked(CHECKED).response();
    assertThat(justFailed(stored, DEFAULTS, false, Duration.ZERO))
        .isEqualTo(Reason.WITHIN_LIFETIME);
    assertThat(justFailed(null, DEFAULTS, false, Duration.ZERO)).isEqualTo(Reason.NOT_STORED);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void eachReasonHasItsAction(Reason reason) {
    Action expected =
        switch (reason) {
          case NOT_STORED, SUPERSEDED -> Action.FETCH;
          case NOT_VERIFIED -> Action.VERIFY;
          case LISTED, WITHIN_LIFETIME, NAME_TRUSTED, JUST_CHECKED, CHECK_FAILED -> Action.SERVE;
          case EXPIRED, CLIENT_ASKS, UNCONFIRMED, CHECKED_IN_FUTURE -> Action.VALIDATE;
        };
    assertThat(Decision.because(reason)).isEqualTo(new Decision(expected, reason));
  }
}
