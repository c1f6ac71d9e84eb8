package org.instantmirror.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A clock that moves when a test says so. Thread-safe. */
public final class MutableClock extends Clock {

  private volatile Instant now;
  private final AtomicReference<@Nullable Instant> glance = new AtomicReference<>();

  /** Stands at that instant. */
  public MutableClock(Instant now) {
    this.now = now;
  }

  /** Moves on (or back, if negative). */
  public synchronized void advance(Duration by) {
    now = now.plus(by);
  }

  /** Only the next look shows that instant: somebody looked before something else happened. */
  public void nextLook(Instant instant) {
    glance.set(instant);
  }

  @Override
  public Instant instant() {
    Instant once = glance.getAndSet(null);
    return once == null ? now : once;
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
