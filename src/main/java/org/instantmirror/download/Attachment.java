package org.instantmirror.download;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.http.ByteRange;

/** One client's place at a download. Close it when the client has been served or has left. */
public final class Attachment implements AutoCloseable {

  private final Download download;
  private final boolean first;
  private final Foray.Surroundings far;
  private final Runnable onLeave;
  private final AtomicBoolean left = new AtomicBoolean();

  Attachment(Download download, boolean first, Foray.Surroundings far, Runnable onLeave) {
    this.download = download;
    this.first = first;
    this.far = far;
    this.onLeave = onLeave;
  }

  /** What the client is attached to. */
  public Download download() {
    return download;
  }

  /** Whether this client's request began the download; others were collapsed into it. */
  public boolean first() {
    return first;
  }

  /** What the client can be answered with; never fails. */
  public CompletableFuture<Opening> opening() {
    return download.opening().copy();
  }

  /** Completed when the download has ended, however, and the file is stored if it is whole. */
  public CompletableFuture<Void> ended() {
    return download.ended().copy();
  }

  /** The bytes from the beginning, after {@link Opening.Streaming}. */
  public ByteSource tail() throws IOException {
    return download.tail();
  }

  /**
   * Ranges of them, after {@link Opening.Streaming}; what is far ahead of the download is asked
   * for.
   *
   * @param wanted disjoint, at least one, in the order in which they will be read; of a file of
   *     known length
   */
  public RangedTail tail(List<ByteRange> wanted) throws IOException {
    return new RangedTail(download.tail(), wanted, far);
  }

  /** Leaves. What the download does when all have left is its own affair. Idempotent. */
  @Override
  public void close() {
    if (left.compareAndSet(false, true)) {
      download.leave();
      onLeave.run();
    }
  }
}
