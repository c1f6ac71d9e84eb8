package org.instantmirror.download;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamResponse;

/**
 * Receives the body of one answer: writes its bytes to the head of the partial entry, and has them
 * {@linkplain Release released}. Where it reaches bytes that are here already it ends, unless they
 * are few: these are sooner read and dropped than passed over by another request. Runs on the
 * download's thread.
 */
final class Reception {

  /** Bytes read from upstream at once; what one transfer costs in memory. */
  static final int BUFFER = 64 * 1024;

  private static final ThreadLocal<ByteBuffer> BUFFERS =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER));

  private final Download download;
  private final URI uri;
  private final UpstreamResponse answer;
  private final HeldPartial held;
  private final PartialEntry target;
  private final Verification verification;
  private final Cancellation cancellation;
  private final Release release;
  private final long end; // of the body, -1 if that isn't known
  private long position; // of its next byte in the file

  /**
   * @param uri what was asked for
   * @param answer with a body that begins where the held bytes end
   * @param end where it ends, or -1
   * @param held an entry; let go of if its first bytes can't be the file
   * @param verification judges the bytes
   * @param cancellation the answer's
   */
  Reception(
      Download download,
      URI uri,
      UpstreamResponse answer,
      long end,
      HeldPartial held,
      Verification verification,
      Cancellation cancellation) {
    this.download = download;
    this.uri = uri;
    this.answer = answer;
    this.end = end;
    this.held = held;
    this.target = Objects.requireNonNull(held.entry());
    this.position = target.size();
    this.verification = verification;
    this.cancellation = cancellation;
    this.release = new Release(download, held, verification, answer.endIsCertain());
  }

  /** A buffer of the calling thread's. */
  static ByteBuffer buffer() {
    return BUFFERS.get().clear();
  }

  /**
   * Receives all of it.
   *
   * @return {@link AttemptResult.Whole}, {@link AttemptResult.Onward}, {@link
   *     AttemptResult.Stopped}, or {@link AttemptResult.Failed} if this can't be the file
   * @throws UpstreamException if the transfer breaks
   * @throws StorageException if the disk doesn't take it
   */
  AttemptResult run() throws UpstreamException, StorageException {
    ByteBuffer buffer = buffer();
    release.begin();
    while (true) {
      boolean atEnd = answer.read(buffer) < 0;
      if (cancellation.isCancelled()) {
        return new AttemptResult.Stopped();
      }
      Optional<String> objection = take(buffer.flip(), atEnd);
      if (objection.isPresent()) {
        return AttemptResult.implausible(uri, objection.get());
      }
      if (release.isRefuted()) {
        held.discard();
        return verification.rejection(uri);
      }
      buffer.clear();
      boolean metTheEnd = release.isWhole() && target.size() > position;
      if (metTheEnd || (atEnd && release.isWhole())) {
        return new AttemptResult.Whole(metTheEnd || answer.endIsCertain());
      }
      if (atEnd || target.size() - position > worthAnotherRequest()) {
        return new AttemptResult.Onward();
      }
    }
  }

  /** What comes while another request is on its way. */
  private long worthAnotherRequest() {
    double perSecond = download.bytesPerSecond().orElse(0);
    return Math.max(BUFFER, (long) (perSecond * download.latency().toNanos() / 1e9));
  }

  /** What is wrong with them, or empty. */
  private Optional<String> take(ByteBuffer bytes, boolean atEnd) throws StorageException {
    long after = position + bytes.remaining();
    if (end >= 0 && after > end) {
      return Optional.of("more bytes than the file has");
    }
    ByteBuffer last = position == target.size() ? bytes.duplicate() : null;
    while (bytes.hasRemaining()) {
      int known = (int) Math.min(bytes.remaining(), Math.max(0, target.size() - position));
      bytes.position(bytes.position() + known);
      position += known;
      int before = bytes.remaining();
      target.append(bytes);
      position += before - bytes.remaining();
    }
    if (atEnd && position < end) {
      return Optional.of("fewer bytes than the file has");
    }
    // Others may have written ahead of it: then the last bytes aren't all.
    boolean simple = last != null && target.size() == after;
    return release.grown(simple ? last : null, atEnd && end < 0);
  }
}
