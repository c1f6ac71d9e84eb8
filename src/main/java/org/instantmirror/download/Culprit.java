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
 * Finds out whose bytes are wrong in a file that several mirrors have brought: each segment is
 * fetched again from another mirror and compared. Where they differ a third mirror decides; where
 * there is none, whether the whole becomes the file with the other's bytes. The first culprit is
 * named, rests, and is asked last for this file. Confined to one thread.
 */
final class Culprit {

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.download");

  /** So many bytes are fetched for it at most. */
  private static final long MOST = 256L << 20;

  private static final int BUFFER = 64 * 1024;

  private final Order order;
  private final UpstreamPool pool;
  private final Transfer.Surroundings around;
  private final ListedFile listed;
  private final long length;
  private final PartialEntry.Reader reader;
  private final List<Crew.Piece> pieces;
  private long left = MOST;

  private enum Opinion {
    SAME,
    OTHER,
    NONE
  }

  private Culprit(
      Order order,
      UpstreamPool pool,
      Transfer.Surroundings around,
      ListedFile listed,
      long length,
      PartialEntry.Reader reader,
      List<Crew.Piece> pieces) {
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
   * @param pieces who has brought what
   * @throws StorageException if the bytes can't be read
   */
  static Culprit of(
      Order order,
      UpstreamPool pool,
      Transfer.Surroundings around,
      ListedFile listed,
      PartialEntry entry,
      List<Crew.Piece> pieces)
      throws StorageException {
    List<Crew.Piece> sorted = new ArrayList<>(pieces);
    sorted.sort(Comparator.comparingLong(piece -> piece.range().first()));
    try {
      return new Culprit(order, pool, around, listed, entry.length(), entry.openReader(), sorted);
    } catch (IOException e) {
      throw new StorageException("can't read back the partial entry of " + order.key(), e);
    }
  }

  /** Looks for it, and says what came of that. */
  void find() {
    try (reader) {
      for (Crew.Piece piece : pieces) {
        if (left < piece.range().length() || around.queue().isClosed()) {
          break;
        }
        Optional<Upstream> guilty = guiltyOf(piece);
        if (guilty.isPresent()) {
          name(guilty.get(), piece.range());
          return;
        }
      }
      LOG.warn("{}: whose bytes were wrong can't be told", order.key());
    } catch (IOException e) {
      LOG.warn("{}: whose bytes were wrong can't be told: {}", order.key(), e.toString());
    }
  }

  private void name(Upstream guilty, ByteRange range) {
    Instant now = around.clock().instant();
    LOG.warn(
        "{}: {} sent other bytes {} than the file has that repodata lists; asked last from now on",
        order.key(),
        pool.uri(guilty, order.key().path()),
        range);
    around.corruptSources().record(pool.uri(guilty, order.key().path()), now);
    pool.disappointed(guilty, now);
    pool.failed(guilty, now, now);
  }

  private Optional<Upstream> guiltyOf(Crew.Piece piece) throws IOException {
    List<Upstream> others =
        pool.candidates(order.key().path(), around.clock().instant()).stream()
            .filter(mirror -> !mirror.equals(piece.upstream()))
            .toList();
    Optional<Upstream> differs = Optional.empty();
    for (Upstream other : others) {
      Opinion opinion = opinion(other, piece.range(), listed.checksum().type().newDigest());
      if (opinion == Opinion.SAME) {
        // With two against one, the one is wrong; else there is nothing against this piece.
        return differs;
      }
      if (opinion == Opinion.OTHER && differs.isPresent()) {
        return Optional.of(piece.upstream());
      }
      differs = opinion == Opinion.OTHER ? Optional.of(other) : differs;
    }
    return differs.isPresent() && isTheFileWith(differs.get(), piece.range())
        ? Optional.of(piece.upstream())
        : Optional.empty();
  }

  private boolean isTheFileWith(Upstream other, ByteRange range) throws IOException {
    MessageDigest digest = listed.checksum().type().newDigest();
    hash(digest, 0, range.first());
    if (opinion(other, range, digest) == Opinion.NONE) {
      return false;
    }
    hash(digest, range.last() + 1, length);
    return listed.checksum().matches(digest);
  }

  private void hash(MessageDigest digest, long from, long end) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    for (long at = from; at < end; ) {
      read(buffer.clear().limit((int) Math.min(BUFFER, end - at)), at);
      at += buffer.flip().remaining();
      digest.update(buffer);
    }
  }

  private void read(ByteBuffer target, long position) throws IOException {
    while (target.hasRemaining()) {
      int count = reader.read(target, position + target.position());
      if (count <= 0) {
        throw new IOException("it ends early");
      }
    }
  }

  /** What another mirror has there, which is hashed. */
  private Opinion opinion(Upstream other, ByteRange range, MessageDigest digest)
      throws IOException {
    left -= range.length();
    List<Map.Entry<String, String>> fields = List.of(Map.entry("Range", "bytes=" + range));
    try (UpstreamResponse answer =
        around
            .client()
            .execute(
                pool.request(other, "GET", order.key().path(), fields).by(() -> Urgency.AHEAD))) {
      boolean part =
          answer.status() == 206
              && ContentRange.parse(answer.header("Content-Range").orElse(null))
                  .equals(Optional.of(ContentRange.of(range, length)));
      return part ? compare(answer, range, digest) : Opinion.NONE;
    } catch (UpstreamException e) {
      return Opinion.NONE;
    }
  }

  private Opinion compare(UpstreamResponse answer, ByteRange range, MessageDigest digest)
      throws IOException, UpstreamException {
    ByteBuffer theirs = ByteBuffer.allocate(BUFFER);
    ByteBuffer ours = ByteBuffer.allocate(BUFFER);
    boolean same = true;
    for (long at = range.first(); at <= range.last(); ) {
      int count = answer.read(theirs.clear().limit((int) Math.min(BUFFER, range.last() + 1 - at)));
      if (count < 0) {
        return Opinion.NONE;
      }
      read(ours.clear().limit(count), at);
      same &= ours.flip().equals(theirs.flip());
      digest.update(theirs);
      at += count;
    }
    return same ? Opinion.SAME : Opinion.OTHER;
  }
}
