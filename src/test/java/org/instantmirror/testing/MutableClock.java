package org.instantmirror.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that moves when a test says so. Thread-safe. */
public final class MutableClock extends Clock {

  private volatile Instant now;

  /** Stands at that instant. */
  public MutableClock(Instant now) {
    this.now = now;
  }

  /** Moves on (or back, if negative). */
  public synchronized void advance(Duration by) {
    now = now.plus(by);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
