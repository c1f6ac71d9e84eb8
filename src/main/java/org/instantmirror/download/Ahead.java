package org.instantmirror.download;

import java.util.concurrent.CompletableFuture;
import org.instantmirror.repo.EntryKey;

/** Fetches files that nobody has asked for yet. Thread-safe. */
public interface Ahead {

  /**
   * Has a file stored, when no client waits for another; also after a restart.
   *
   * @param saving how much waiting is expected to be saved by it; of two the one with more comes
   *     first. Not negative
   * @return completed when its download has ended, however, with whether its bytes were here under
   *     another name, so that upstream wasn't asked for them; never fails. Cancelling it withdraws
   *     the wish, if nobody else has it
   */
  CompletableFuture<Boolean> fetch(Order order, double saving);

  /** The same until the server stops: for who chooses anew after a restart. */
  CompletableFuture<Boolean> fetchForNow(Order order, double saving);

  /**
   * Whether the file is wished for and nothing has begun for it yet: no download, be it ended by
   * now, and no client waits for one.
   */
  boolean waits(EntryKey key);
}
