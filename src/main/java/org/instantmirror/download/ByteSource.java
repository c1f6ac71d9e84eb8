package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a body, that may still be arriving. Read by one reader, whose calls may come from
 * different threads one after another.
 *
 * <p>A reader asks {@link #state} first and {@link #available} after: what is available once the
 * state is final is all there will be.
 */
public interface ByteSource extends AutoCloseable {

  /** Whether more is to come. */
  enum State {
    /** More may come. */
    GROWING,
    /** All is here, and it is upstream's whole body. */
    COMPLETE,
    /** No more will come, and what is here is not the whole. */
    BROKEN
  }

  /** Why a source broke. */
  enum Break {
    /** Upstream failed for good. */
    UPSTREAM,
    /** The disk didn't take the bytes; upstream may well go on giving them. */
    STORAGE,
    /** Upstream has another file now: who has received nothing yet may begin again. */
    STARTED_OVER,
    /** The server is stopping, or the last client seemed to have left. */
    STOPPED
  }

  /** Whether more is to come. */
  State state();

  /** Why it is {@link State#BROKEN}; null otherwise. */
  @Nullable Break reason();

  /**
   * Up to where bytes can be read without waiting from {@code position} on: at most {@code
   * position} if there are none there.
   */
  long available(long position);

  /**
   * Reads bytes below {@link #available}.
   *
   * @return how many; 0 if they have gone meanwhile and are to be waited for again; negative if
   *     there are none
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Has {@code wake}, which must not block, run once, on the thread of whoever brings the bytes,
   * when bytes at {@code position} become available or {@link #state} changes after this call;
   * replaces one that hasn't run yet. A caller looks at both again after registering, because they
   * may have changed just before.
   */
  void whenChanged(long position, Runnable wake);

  /** Ends the reading. Idempotent. */
  @Override
  void close();
}
