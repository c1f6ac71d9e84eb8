package org.instantmirror.download;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.RepomdCheck;
import org.jspecify.annotations.Nullable;

/**
 * Hashes a file's bytes while they come, and holds its end back until they have turned out to be
 * the right ones: a body that lacks its last bytes is a broken transfer for every client, whereas a
 * complete one would be taken for the file. What is right is said by repodata, or of a {@code
 * repomd.xml} by a metalink. Confined to the transfer's thread.
 */
final class Verification {

  /** Bytes at the end that nobody gets before the checksum agrees. */
  static final int HELD_BACK = 64 * 1024;

  private static final int BUFFER = 64 * 1024;

  private final @Nullable ListedFile listed;
  private final @Nullable RepomdCheck check;
  private @Nullable MessageDigest digest;
  private @Nullable PartialEntry hashedOf;
  private long hashed;
  private @Nullable ByteBuffer readBack; // once it was needed

  /**
   * @param listed what repodata says of the file; null if it says nothing, and all is let pass
   */
  Verification(@Nullable ListedFile listed) {
    this(listed, null);
  }

  /**
   * Of a {@code repomd.xml}, of which nobody gets a byte before it has been judged: it is small.
   *
   * @param check of the mirror that it comes from
   */
  static Verification byMetalink(RepomdCheck check) {
    return new Verification(null, check);
  }

  private Verification(@Nullable ListedFile listed, @Nullable RepomdCheck check) {
    this.listed = listed;
    this.check = check;
  }

  /** What the file must be; null if repodata doesn't say. */
  @Nullable ListedFile listed() {
    return listed;
  }

  /** What to hash by; null if nobody wants to know. */
  private @Nullable ChecksumType type() {
    if (listed != null) {
      return listed.checksum().type();
    }
    return check == null ? null : check.type();
  }

  /** What has been verified, once {@link #agrees} was true; null if there was nothing to do. */
  @Nullable Checksum checksum() {
    return listed == null ? null : listed.checksum();
  }

  /**
   * Whether the file is known by the one checksum that it can have, so that its bytes may come from
   * several servers: a mixture that isn't the file is found out.
   */
  boolean isCertain() {
    return listed != null;
  }

  /** Whether a body of that length can be the file; any can while either length is unknown (-1). */
  boolean allows(long length) {
    return listed == null || listed.size() < 0 || length < 0 || listed.size() == length;
  }

  /**
   * Takes the bytes of an entry by which its head has grown since the last call, or all of them if
   * it is another entry (one that an earlier run left, of which nobody knows the digest).
   *
   * @param size of the head
   * @param last the bytes just appended, if that is all there can be; they are left unread
   * @throws StorageException if they can't be read back
   */
  void take(PartialEntry entry, long size, @Nullable ByteBuffer last) throws StorageException {
    ChecksumType type = type();
    if (type == null) {
      return;
    }
    if (digest == null || hashedOf != entry) {
      digest = type.newDigest();
      hashedOf = entry;
      hashed = 0;
    }
    if (last != null && hashed + last.remaining() == size) {
      digest.update(last.duplicate());
      hashed = size;
    } else {
      readBack(entry, size, digest);
    }
  }

  private void readBack(PartialEntry entry, long size, MessageDigest into) throws StorageException {
    ByteBuffer buffer = readBack == null ? ByteBuffer.allocate(BUFFER) : readBack;
    readBack = buffer;
    try (PartialEntry.Reader reader = entry.openReader()) {
      while (hashed < size) {
        int most = (int) Math.min(BUFFER, size - hashed);
        int count = reader.read(buffer.clear().limit(most), hashed);
        if (count <= 0) {
          throw new IOException("it ends early");
        }
        into.update(buffer.flip());
        hashed += count;
      }
    } catch (IOException e) {
      throw new StorageException("can't read back the partial entry of " + entry.key(), e);
    }
  }

  /**
   * From which position on nobody gets bytes before the checksum agrees.
   *
   * @param length of the file as upstream says, or -1
   * @return {@link Long#MAX_VALUE} if nothing is held back, or nobody knows where that begins
   */
  long heldBackFrom(long length) {
    if (listed == null) {
      return check == null ? Long.MAX_VALUE : 0;
    }
    long whole = listed.size() >= 0 ? listed.size() : length;
    return whole < 0 ? Long.MAX_VALUE : Math.max(0, whole - HELD_BACK);
  }

  /**
   * How many of the bytes clients may have while more are to come.
   *
   * @param size how many are here
   * @param length of the file as upstream says, or -1
   */
  long releasable(long size, long length) {
    long end = heldBackFrom(length);
    // Of an unknown length, these may be the last.
    boolean unknown = listed != null && end == Long.MAX_VALUE;
    return unknown ? Math.max(0, size - HELD_BACK) : Math.min(size, end);
  }

  /**
   * Whether the bytes taken are the file; asked once, at its end.
   *
   * @param lastModified as upstream said; null if it didn't
   */
  boolean agrees(@Nullable Instant lastModified) {
    MessageDigest seen = digest;
    digest = null;
    if (listed != null) {
      return seen != null
          && (listed.size() < 0 || listed.size() == hashed)
          && listed.checksum().matches(seen);
    }
    return check == null
        || (seen != null && check.judge(Checksum.of(check.type(), seen.digest()), lastModified));
  }

  /** The result of an attempt whose bytes, from {@code uri}, don't {@linkplain #agrees agree}. */
  AttemptResult rejection(URI uri) {
    if (listed == null) {
      return AttemptResult.implausible(uri, "a repomd.xml that the metalink doesn't list");
    }
    String what = "sent a file that is not the one that repodata lists (" + listed.checksum() + ")";
    return new AttemptResult.Corrupt(new Failure(Failure.Kind.BAD_GATEWAY, uri, what));
  }
}
