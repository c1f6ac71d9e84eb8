package org.instantmirror.download;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.Head;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ranged request for bytes far ahead of a running download, for one reader. Its bytes are the
 * same file's or nobody's: it asks the server that the download's head came from, with {@code
 * If-Range} on a strong validator, and takes nothing but the part that it asked for. They go to
 * that reader through a {@link Pipe}, and into the partial entry, so that the download passes over
 * them. When its head has come to them, that goes on with the rest, and this ends.
 */
final class AheadRequest {

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.download");
  private static final int BUFFER = 16 * 1024;

  private final PartialEntry file;
  private final Order order;
  private final Asking asking;
  private final ByteRange stretch;
  private final Pipe pipe;
  private final Cancellation cancellation = new Cancellation();

  /** What all requests of a repository share. */
  record Asking(UpstreamPool pool, UpstreamClient client, Clock clock) {}

  /** How it ended. */
  enum Outcome {
    /** All bytes came, and were taken. */
    DONE,
    /** The reader has left, or took nothing for the upstream's time-out. */
    UNWANTED,
    /** It couldn't be had, or broke off. */
    FAILED,
    /** Upstream answers, but not with a part of the file that is being downloaded. */
    REFUSED
  }

  /**
   * @param file what is being downloaded
   */
  AheadRequest(Order order, PartialEntry file, Asking asking, ByteRange stretch) {
    this.file = file;
    this.order = order;
    this.asking = asking;
    this.stretch = stretch;
    this.pipe = new Pipe(stretch.first(), stretch.length(), order.repo().transport().timeout());
  }

  /** Whether a file with such a head can be asked for in parts. */
  static boolean isPossible(Head head) {
    return Resumption.ifRange(head, true).isPresent();
  }

  /** Where its bytes come out. */
  Pipe pipe() {
    return pipe;
  }

  /** Whether it brings, or has brought, the byte there. */
  boolean covers(long position) {
    return stretch.first() <= position && position <= stretch.last();
  }

  /** Gives it up; {@link #run} returns soon. */
  void cancel() {
    cancellation.cancel();
    pipe.close();
  }

  /** Asks, and returns when the reader has taken the last byte, or none will come any more. */
  Outcome run() {
    Outcome outcome = Outcome.FAILED;
    try {
      outcome = ask();
    } catch (UpstreamException fault) {
      if (cancellation.isCancelled()) {
        outcome = Outcome.UNWANTED;
      } else {
        LOG.info("{}: far ahead at {}: {}", order.key(), stretch, fault.getMessage());
      }
    } finally {
      pipe.end(outcome == Outcome.DONE ? ByteSource.State.COMPLETE : ByteSource.State.BROKEN);
    }
    return !pipe.awaitDrained() && outcome == Outcome.DONE ? Outcome.UNWANTED : outcome;
  }

  private Outcome ask() throws UpstreamException {
    Optional<Upstream> upstream = upstream();
    Optional<String> condition = Resumption.ifRange(file.head(), true);
    if (upstream.isEmpty() || condition.isEmpty()) {
      return Outcome.FAILED;
    }
    List<Map.Entry<String, String>> fields =
        List.of(Map.entry("Range", "bytes=" + stretch), Map.entry("If-Range", condition.get()));
    UpstreamResponse answer =
        asking
            .client()
            .execute(
                asking.pool().request(upstream.get(), "GET", order.key().path(), fields),
                cancellation);
    try {
      return isThePart(answer) ? pump(answer) : refused(answer);
    } finally {
      close(answer);
    }
  }

  /** The one that the file's head is of, unless it rests. */
  private Optional<Upstream> upstream() {
    URI source = file.source();
    String path = order.key().path();
    return asking.pool().candidates(path, asking.clock().instant()).stream()
        .filter(candidate -> asking.pool().uri(candidate, path).equals(source))
        .findFirst();
  }

  private boolean isThePart(UpstreamResponse answer) {
    boolean framed = answer.contentLength() < 0 || answer.contentLength() == stretch.length();
    return answer.status() == 206
        && framed
        && Plausibility.objectionToCoding(
                order.key().fileName(), answer.header("Content-Encoding").orElse(null))
            .isEmpty()
        && Resumption.isPart(
            file.head(),
            stretch,
            file.length(),
            true,
            false,
            answer.header("Content-Range").orElse(null),
            answer.head());
  }

  private Outcome refused(UpstreamResponse answer) {
    LOG.info(
        "{}: far ahead at {}: {} answered {}, not with that part of the file",
        order.key(),
        stretch,
        answer.effectiveUri(),
        answer.status());
    return Outcome.REFUSED;
  }

  private Outcome pump(UpstreamResponse answer) throws UpstreamException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    long missing = stretch.length();
    boolean kept = true;
    while (missing > 0) {
      long position = stretch.last() + 1 - missing;
      if (position <= file.size()) {
        return Outcome.UNWANTED;
      }
      buffer.clear().limit((int) Math.min(BUFFER, missing));
      int count = answer.read(buffer);
      if (count < 0) {
        LOG.info("{}: far ahead at {}: {} bytes are missing", order.key(), stretch, missing);
        return Outcome.FAILED;
      }
      missing -= count;
      kept = kept && keep(buffer.duplicate().flip(), position);
      if (!pipe.put(buffer.flip())) {
        return Outcome.UNWANTED;
      }
    }
    // The end of the body sets the connection free for the next range.
    answer.read(buffer.clear());
    return Outcome.DONE;
  }

  /** False if no more can be kept: for the reader it comes all the same. */
  private boolean keep(ByteBuffer bytes, long position) {
    try {
      return file.write(bytes, position);
    } catch (StorageException fault) {
      LOG.debug("{}: far ahead at {}: not kept", order.key(), stretch, fault);
      return false;
    }
  }

  private static void close(UpstreamResponse answer) {
    try {
      answer.close();
    } catch (IOException e) {
      LOG.debug("closing the answer of {}", answer.effectiveUri(), e);
    }
  }
}
