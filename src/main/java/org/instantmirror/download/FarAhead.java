package org.instantmirror.download;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is far ahead of a running download: bytes that it won't bring within the time that upstream
 * takes to answer a request of their own, plus {@link #SLACK}. So a reader has its first byte
 * within that time, whether it waits or asks; and it doesn't ask for what comes by itself as soon.
 * Where many small ranges are wanted, each is judged anew, so that they never take longer than the
 * download does.
 */
final class FarAhead {

  /** What a reader may lose by waiting in vain. */
  static final Duration SLACK = Duration.ofMillis(100);

  /** Bytes a second that a download is thought to bring while nobody knows better. */
  static final double UNMEASURED = 10e6;

  private FarAhead() {}

  /**
   * Judges a wait.
   *
   * @param lacking how many bytes the download has to bring until the wanted one is here, at least
   *     1
   * @param bytesPerSecond how fast it brings them, if that is known
   * @param latency how long upstream takes to answer
   * @param waited how long the reader has been waiting for this byte
   * @return how much longer to wait before it is judged anew; empty if the byte is to be asked for
   */
  static Optional<Duration> mayWait(
      long lacking, OptionalDouble bytesPerSecond, Duration latency, Duration waited) {
    Duration deadline = latency.plus(SLACK);
    double secondsLeft = seconds(deadline) - seconds(waited);
    if (lacking > secondsLeft * bytesPerSecond.orElse(UNMEASURED)) {
      return Optional.empty();
    }
    // A download may come to a stop: until SLACK is over there is time to ask nonetheless.
    Duration next = waited.compareTo(SLACK) < 0 ? SLACK : deadline;
    return Optional.of(next.minus(waited));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
