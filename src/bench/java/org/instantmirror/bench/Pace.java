package org.instantmirror.bench;

/**
 * How fast a client reads: an even rate from its first read on, without bursts to catch up beyond
 * what the elapsed time allows.
 *
 * @param bytesPerSecond 0 for as fast as it comes
 */
record Pace(long bytesPerSecond) {
  private static final double NANOS_PER_SECOND = 1e9;

  boolean limited() {
    return bytesPerSecond > 0;
  }

  /** The bytes that may have been read after {@code elapsedNanos}. */
  long allowed(long elapsedNanos) {
    return limited() ? (long) (bytesPerSecond * (elapsedNanos / NANOS_PER_SECOND)) : Long.MAX_VALUE;
  }

  /** The time in nanoseconds since the first read after which {@code bytes} are allowed. */
  long whenAllowed(long bytes) {
    return limited() ? (long) (bytes * NANOS_PER_SECOND / bytesPerSecond) + 1 : 0;
  }

  /** What a limited client reads at once: a quarter of a second's worth, 1 KiB at least. */
  int gulp() {
    return (int) Math.min(Math.max(bytesPerSecond / 4, 1024), 1 << 20);
  }

  /**
   * The receive buffer, in bytes, of a limited client: small, so that the slowness reaches the
   * server instead of being swallowed by the kernel's megabytes.
   */
  int receiveBuffer() {
    return Math.min(Math.max(gulp(), 4096), 64 * 1024);
  }
}
