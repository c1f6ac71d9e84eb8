package org.instantmirror.download;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamResponse;

/**
 * Receives the body of one answer: writes its bytes to the partial entry, judges the first ones,
 * opens the download to clients with them, and publishes the others as they come. Runs on the
 * download's thread.
 */
final class Reception {

  /** Bytes read from upstream at once; what one transfer costs in memory. */
  private static final int BUFFER = 64 * 1024;

  private static final ThreadLocal<ByteBuffer> BUFFERS =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER));

  private final Download download;
  private final URI uri;
  private final UpstreamResponse answer;
  private final HeldPartial held;
  private final PartialEntry target;
  private final Verification verification;
  private final Cancellation cancellation;
  private boolean verified;

  /** The first bytes of the file, gathered until they can be judged. */
  private byte[] prefix = {};

  /**
   * @param uri what was asked for
   * @param answer with a body that begins where the held bytes end
   * @param held an entry; let go of if its first bytes can't be the file
   * @param verification judges the bytes
   * @param cancellation the answer's
   */
  Reception(
      Download download,
      URI uri,
      UpstreamResponse answer,
      HeldPartial held,
      Verification verification,
      Cancellation cancellation) {
    this.download = download;
    this.uri = uri;
    this.answer = answer;
    this.held = held;
    this.target = Objects.requireNonNull(held.entry());
    this.verification = verification;
    this.cancellation = cancellation;
  }

  /**
   * Receives all of it.
   *
   * @return {@link AttemptResult.Whole}, {@link AttemptResult.Stopped}, or {@link
   *     AttemptResult.Failed} if this can't be the file
   * @throws UpstreamException if the transfer breaks
   * @throws StorageException if the disk doesn't take it
   */
  AttemptResult run() throws UpstreamException, StorageException {
    ByteBuffer buffer = BUFFERS.get().clear();
    download.bodyBegins(target.size(), verification.heldBackFrom(target.length()));
    if (!isOpen()) {
      prefix = readPrefix();
    }
    while (true) {
      boolean atEnd = answer.read(buffer) < 0;
      if (cancellation.isCancelled()) {
        return new AttemptResult.Stopped();
      }
      buffer.flip();
      Optional<String> objection = take(buffer, atEnd);
      if (objection.isPresent()) {
        return AttemptResult.implausible(uri, objection.get());
      }
      if (isAllHere(atEnd) && !verified) {
        held.discard();
        return verification.rejection(uri);
      }
      buffer.clear();
      if (atEnd) {
        return new AttemptResult.Whole(answer.endIsCertain());
      }
    }
  }

  private boolean isOpen() {
    return download.phase() == Phase.STREAMING;
  }

  /** What is wrong with them, or empty. */
  private Optional<String> take(ByteBuffer bytes, boolean atEnd) throws StorageException {
    if (!isOpen()) {
      gather(bytes);
    }
    if (target.length() >= 0 && target.size() + bytes.remaining() > target.length()) {
      return Optional.of("more bytes than the file has");
    }
    ByteBuffer again = bytes.duplicate();
    if (bytes.hasRemaining()) {
      target.append(bytes);
    }
    verification.take(target, again);
    if (atEnd && target.size() < target.length()) {
      return Optional.of("fewer bytes than the file has");
    }
    return isAllHere(atEnd) && !verified ? verify() : release();
  }

  /** What is wrong with the whole, but for its checksum. */
  private Optional<String> verify() throws StorageException {
    if (!isOpen() && !verification.isCertain()) {
      // Of what isn't even a repomd.xml nobody needs to know the checksum.
      Optional<String> objection = implausible();
      if (objection.isPresent()) {
        return objection;
      }
    }
    verified = verification.agrees(answer.head().lastModified());
    return verified ? release() : Optional.empty();
  }

  private boolean isAllHere(boolean atEnd) {
    return atEnd || target.size() == target.length();
  }

  /** Gives clients what they may have; what is wrong with the first bytes if they can't be it. */
  private Optional<String> release() throws StorageException {
    long ready = verified ? target.size() : verification.releasable(target.size(), target.length());
    if (isOpen()) {
      download.publish(ready);
    } else if (verified || ready >= Plausibility.PREFIX) {
      return open(ready);
    }
    return Optional.empty();
  }

  private void gather(ByteBuffer bytes) {
    int n = Math.min(Plausibility.PREFIX - prefix.length, bytes.remaining());
    byte[] longer = Arrays.copyOf(prefix, prefix.length + n);
    bytes.duplicate().get(longer, prefix.length, n);
    prefix = longer;
  }

  /** Opens the download to clients if its first bytes can be the file; what is wrong if not. */
  private Optional<String> open(long ready) throws StorageException {
    Optional<String> objection = implausible();
    if (objection.isPresent()) {
      return objection;
    }
    try {
      download.open(target, ready, answer.endIsCertain());
    } catch (IOException e) {
      throw unreadable(e);
    }
    return Optional.empty();
  }

  /** What is wrong with the first bytes, which are discarded then. */
  private Optional<String> implausible() {
    Order order = download.order();
    Optional<String> objection =
        Plausibility.objection(order.fileClass(), order.key().fileName(), prefix);
    objection.ifPresent(what -> held.discard());
    return objection;
  }

  /** The beginning of what an earlier run left. */
  private byte[] readPrefix() throws StorageException {
    ByteBuffer first = ByteBuffer.allocate((int) Math.min(Plausibility.PREFIX, target.size()));
    try (PartialEntry.Reader reader = target.openReader()) {
      while (first.hasRemaining() && reader.read(first, first.position()) > 0) {
        // Until all are there.
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    return Arrays.copyOf(first.array(), first.position());
  }

  private StorageException unreadable(IOException cause) {
    return new StorageException("can't read back the partial entry of " + target.key(), cause);
  }
}
