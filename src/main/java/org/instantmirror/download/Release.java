package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * What clients may have of the bytes that are here, wherever they come from: judges the first ones,
 * opens the download to clients with them, publishes the others, and keeps the end back until the
 * whole is verified. Runs on the download's thread.
 */
final class Release {

  private final Download download;
  private final HeldPartial held;
  private final PartialEntry target;
  private final Verification verification;
  private final boolean endIsCertain;
  private boolean verified;
  private boolean whole;

  /** The first bytes of the file, gathered until they can be judged. */
  private byte[] prefix = {};

  /**
   * @param held an entry; let go of if its first bytes can't be the file
   * @param verification judges the bytes
   * @param endIsCertain whether a break could be told from the end
   */
  Release(Download download, HeldPartial held, Verification verification, boolean endIsCertain) {
    this.download = download;
    this.held = held;
    this.target = Objects.requireNonNull(held.entry());
    this.verification = verification;
    this.endIsCertain = endIsCertain;
  }

  /**
   * More is about to come.
   *
   * @throws StorageException if what is here can't be read
   */
  void begin() throws StorageException {
    download.bodyBegins(target.size(), verification.heldBackFrom(target.length()));
    gatherBack();
  }

  /** Whether all bytes are here. */
  boolean isWhole() {
    return whole;
  }

  /** Whether all bytes are here, and aren't the file. */
  boolean isRefuted() {
    return whole && !verified;
  }

  /**
   * The head has grown.
   *
   * @param last the bytes by which it has, if that is all; they are left unread
   * @param atEnd whether nothing more can come
   * @return what is wrong with the bytes, which are discarded then
   */
  Optional<String> grown(@Nullable ByteBuffer last, boolean atEnd) throws StorageException {
    // Others may write meanwhile.
    long size = target.size();
    if (!isOpen()) {
      gatherBack();
    }
    boolean all = atEnd || size == target.length();
    if (all && !verified) {
      verification.take(target, size, last);
      return verify(size);
    }
    Optional<String> objection = release(size);
    if (objection.isEmpty() && !verified) {
      verification.take(target, size, last);
    }
    return objection;
  }

  private boolean isOpen() {
    return download.phase() == Phase.STREAMING;
  }

  /** What is wrong with the whole, but for its checksum. */
  private Optional<String> verify(long size) throws StorageException {
    if (!isOpen() && !verification.isCertain()) {
      // Of what isn't even a repomd.xml nobody needs to know the checksum.
      Optional<String> objection = implausible();
      if (objection.isPresent()) {
        return objection;
      }
    }
    whole = true;
    verified = verification.agrees(target.head().lastModified());
    return verified ? release(size) : Optional.empty();
  }

  /** Gives clients what they may have; what is wrong with the first bytes if they can't be it. */
  private Optional<String> release(long size) throws StorageException {
    long ready = verified ? size : verification.releasable(size, target.length());
    if (isOpen()) {
      download.publish(ready);
    } else if (verified || ready >= Plausibility.PREFIX) {
      return open(ready);
    }
    return Optional.empty();
  }

  /** Opens the download to clients if its first bytes can be the file; what is wrong if not. */
  private Optional<String> open(long ready) throws StorageException {
    Optional<String> objection = implausible();
    if (objection.isPresent()) {
      return objection;
    }
    try {
      download.open(target, ready, endIsCertain);
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

  /** The beginning of what is here. */
  private void gatherBack() throws StorageException {
    int wanted = (int) Math.min(Plausibility.PREFIX, target.size());
    if (isOpen() || prefix.length >= wanted) {
      return;
    }
    ByteBuffer first = ByteBuffer.allocate(wanted);
    try (PartialEntry.Reader reader = target.openReader()) {
      while (first.hasRemaining() && reader.read(first, first.position()) > 0) {
        // Until all are there.
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    prefix = Arrays.copyOf(first.array(), first.position());
  }

  private StorageException unreadable(IOException cause) {
    return new StorageException("can't read back the partial entry of " + target.key(), cause);
  }
}
