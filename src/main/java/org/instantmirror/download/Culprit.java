package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ContentRange;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamResponse;
import org.instantmirror.upstream.Urgency;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whose bytes are wrong in a file that several mirrors have brought: the segments of one
 * after the other are fetched again from others, and whose absence makes it the file that repodata
 * lists is the culprit. That one is named, rests, and is asked last for this file. Confined to one
 * thread.
 */
final class Culprit {

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.download");

  /** So many bytes are fetched for it at most. */
  private static final long MOST = 1L << 30;

  private static final int BUFFER = 64 * 1024;

  private final Order order;
  private final UpstreamPool pool;
  private final Transfer.Surroundings around;
  private final ListedFile listed;
  private final long length;
  private final PartialEntry.Reader reader;
  private final Map<Upstream, List<ByteRange>> pieces;
  private long left = MOST;

  private Culprit(
      Order order,
      UpstreamPool pool,
      Transfer.Surroundings around,
      ListedFile listed,
      long length,
      PartialEntry.Reader reader,
      Map<Upstream, List<ByteRange>> pieces) {
    this.order = order;
    this.pool = pool;
    this.around = around;
    this.listed = listed;
    this.length = length;
    this.reader = reader;
    this.pieces = pieces;
  }

  /**
   * One for an entry that is whole; it may be discarded then.
   *
   * @param contributions who has brought what
   * @throws StorageException if the bytes can't be read
   */
  static Culprit of(
      Order order,
      UpstreamPool pool,
      Transfer.Surroundings around,
      ListedFile listed,
      PartialEntry entry,
      Contributions contributions)
      throws StorageException {
    try {
      return new Culprit(
          order,
          pool,
          around,
          listed,
          entry.length(),
          entry.openReader(),
          contributions.byUpstream());
    } catch (IOException e) {
      throw new StorageException("can't read back the partial entry of " + order.key(), e);
    }
  }

  /** Looks for it, those first that have brought least, and says what came of that. */
  void find() {
    List<Upstream> suspects = new ArrayList<>(pieces.keySet());
    suspects.sort(Comparator.comparingLong(this::bytesOf));
    try (reader) {
      for (Upstream suspect : suspects) {
        boolean tooMuch = left < bytesOf(suspect) || around.queue().isClosed();
        if (!tooMuch && isTheFileWithout(suspect)) {
          name(suspect);
          return;
        }
      }
      LOG.warn("{}: whose bytes were wrong can't be told", order.key());
    } catch (IOException e) {
      LOG.warn("{}: whose bytes were wrong can't be told: {}", order.key(), e.toString());
    }
  }

  private List<ByteRange> piecesOf(Upstream mirror) {
    return pieces.getOrDefault(mirror, List.of());
  }

  private long bytesOf(Upstream mirror) {
    return piecesOf(mirror).stream().mapToLong(ByteRange::length).sum();
  }

  private void name(Upstream guilty) {
    Instant now = around.clock().instant();
    LOG.warn(
        "{}: {} sent other bytes than the file has that repodata lists; asked last from now on",
        order.key(),
        pool.uri(guilty, order.key().path()));
    around.corruptSources().record(pool.uri(guilty, order.key().path()), now);
    pool.disappointed(guilty, now);
    pool.failed(guilty, now, now);
  }

  private boolean isTheFileWithout(Upstream suspect) throws IOException {
    List<Upstream> others =
        pool.candidates(order.key().path(), around.clock().instant()).stream()
            .filter(mirror -> !mirror.equals(suspect))
            .toList();
    MessageDigest digest = listed.checksum().type().newDigest();
    long at = 0;
    for (ByteRange piece : piecesOf(suspect)) {
      hash(digest, at, piece.first());
      at = piece.first();
      for (Upstream other : others) {
        at += at > piece.last() ? 0 : fetch(other, new ByteRange(at, piece.last()), digest);
      }
      if (at <= piece.last()) {
        return false;
      }
    }
    hash(digest, at, length);
    return listed.checksum().matches(digest);
  }

  private void hash(MessageDigest digest, long from, long end) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    for (long at = from; at < end; ) {
      int count = reader.read(buffer.clear().limit((int) Math.min(BUFFER, end - at)), at);
      if (count <= 0) {
        throw new IOException("it ends early");
      }
      digest.update(buffer.flip());
      at += count;
    }
  }

  /** How many of these bytes have come, and were hashed. */
  private long fetch(Upstream other, ByteRange range, MessageDigest digest) throws IOException {
    List<Map.Entry<String, String>> fields = List.of(Map.entry("Range", "bytes=" + range));
    long come = 0;
    try (UpstreamResponse answer =
        around
            .client()
            .execute(
                pool.request(other, "GET", order.key().path(), fields).by(() -> Urgency.AHEAD))) {
      boolean part =
          answer.status() == 206
              && ContentRange.parse(answer.header("Content-Range").orElse(null))
                  .equals(Optional.of(ContentRange.of(range, length)));
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      while (part && come < range.length()) {
        int count =
            answer.read(buffer.clear().limit((int) Math.min(BUFFER, range.length() - come)));
        if (count < 0) {
          break;
        }
        digest.update(buffer.flip());
        come += count;
      }
    } catch (UpstreamException e) {
      LOG.debug("{}: looking for wrong bytes", order.key(), e);
    }
    left -= come;
    return come;
  }
}
