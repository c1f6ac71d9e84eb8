package org.instantmirror.download;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Measurement;
import org.instantmirror.upstream.UpstreamException;
import org.jspecify.annotations.Nullable;

/** Takes the time of one answer. Confined to the transfer's thread. */
final class Stopwatch {

  private long startNanos;
  private @Nullable Duration firstByte;
  private long bytes;
  private Duration body = Duration.ZERO;

  /** Receives a body. */
  @FunctionalInterface
  interface Receiver {
    AttemptResult run() throws UpstreamException, StorageException;
  }

  /** A request goes out. */
  void start() {
    startNanos = System.nanoTime();
    firstByte = null;
    bytes = 0;
    body = Duration.ZERO;
  }

  /**
   * The head of its answer is here.
   *
   * @param held how long we held it up ourselves
   * @return how long upstream took
   */
  Duration head(Duration held) {
    Duration took = Duration.ofNanos(System.nanoTime() - startNanos).minus(held);
    firstByte = took;
    return took;
  }

  /**
   * The body is received.
   *
   * @param size how many bytes of the file are here
   * @param held how long we have held it up ourselves
   */
  AttemptResult body(LongSupplier size, Supplier<Duration> held, Receiver receiver)
      throws UpstreamException, StorageException {
    long before = size.getAsLong();
    Duration heldBefore = held.get();
    long begin = System.nanoTime();
    AttemptResult result = receiver.run();
    bytes = Math.max(0, size.getAsLong() - before);
    // A mirror isn't slow because of our own limit.
    body = Duration.ofNanos(System.nanoTime() - begin).minus(held.get().minus(heldBefore));
    return result;
  }

  /** What the last answer took; empty if none came. */
  Optional<Measurement> measurement() {
    return firstByte == null
        ? Optional.empty()
        : Optional.of(new Measurement(firstByte, bytes, body));
  }
}
