package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.instantmirror.http.ByteRange;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges of a download while it grows: from its bytes where they are here, be it ahead of its
 * head, and what is far ahead of that by requests of its own ({@link Foray}). When the download has
 * caught up with the reader, a request is given up; where one fails, the reader waits for the
 * download.
 */
public final class RangedTail implements ByteSource {

  private final Tail tail;
  private final List<ByteRange> wanted;
  private final Foray foray;
  private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

  /**
   * @param tail closed with this
   * @param wanted disjoint ranges, at least one, in the order in which they will be read
   */
  RangedTail(Tail tail, List<ByteRange> wanted, Foray.Surroundings around) {
    this.tail = tail;
    this.wanted = List.copyOf(wanted);
    this.foray = new Foray(tail.download(), this.wanted, around, this::signal);
  }

  /**
   * Looks to the first wanted byte before anybody waits for it.
   *
   * @return whether it is far ahead, and is being asked for, or waits to be
   */
  public boolean begin() {
    return foray.awaits(wanted.get(0).first());
  }

  @Override
  public State state() {
    State state = tail.state();
    return state == State.BROKEN && request() != null ? State.GROWING : state;
  }

  @Override
  public @Nullable Break reason() {
    return tail.reason();
  }

  /** The request in progress, if its bytes may be given to the reader. */
  private @Nullable AheadRequest request() {
    AheadRequest request = foray.request();
    if (request == null || tail.state() != State.BROKEN) {
      return request;
    }
    // Where the file has turned out to be another one, or a corrupt one, so may these bytes.
    Break reason = tail.reason();
    boolean goesOn = reason == Break.UPSTREAM || reason == Break.STORAGE;
    return goesOn ? request : null;
  }

  @Override
  public long available(long position) {
    long head = tail.available(position);
    if (head > position) {
      foray.end();
      return head;
    }
    AheadRequest request = request();
    return request != null && request.covers(position)
        ? request.pipe().available(position)
        : Math.max(head, tail.download().hereAheadTo(position));
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    AheadRequest request = request();
    long head = tail.available(position);
    boolean fromPipe = head <= position && request != null && request.covers(position);
    long here = fromPipe ? head : Math.max(head, tail.download().hereAheadTo(position));
    if (here > position) {
      // No further: what has been written after that may not be let out yet.
      int most = (int) Math.min(target.remaining(), here - position);
      int count = tail.read(target.slice(target.position(), most), position);
      target.position(target.position() + Math.max(0, count));
      return count;
    }
    return request == null ? 0 : request.pipe().read(target, position);
  }

  @Override
  public void whenChanged(long position, Runnable wake) {
    waiting.set(wake);
    tail.whenChanged(position, this::signal);
    foray.awaits(position);
  }

  private void signal() {
    Runnable wake = waiting.getAndSet(null);
    if (wake != null) {
      wake.run();
    }
  }

  @Override
  public void close() {
    waiting.set(null);
    foray.close();
    tail.close();
  }
}
