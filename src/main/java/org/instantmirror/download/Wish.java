package org.instantmirror.download;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * A file that somebody wants who doesn't wait for it, until its download has ended; as long as
 * there is none, what is done with the place that it gets is to begin one.
 */
final class Wish implements Claim.Work {

  private final Claim claim;
  private final Consumer<Wish> begin;
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

  // All guarded by Wishes.
  Order order;
  double saving;
  boolean lasting;
  int holders;
  @Nullable Download download; // once there is one

  Wish(Order order, double saving, Consumer<Wish> begin) {
    this.order = order;
    this.saving = saving;
    this.begin = begin;
    this.claim = new Claim(order.repo(), order.key(), this);
  }

  /** To the place that it is fetched in, unless a client's download was there before it. */
  Claim claim() {
    return claim;
  }

  /** Completed when there is nothing to wait for any more, as {@link Ahead#fetch} says. */
  CompletableFuture<Boolean> ended() {
    return ended;
  }

  @Override
  public void run() {
    begin.accept(this);
  }

  /** The queue is closed, and its owner says so to all. */
  @Override
  public void refuse() {}

  /** It is over in a moment, or has become a download's place. */
  @Override
  public void giveWay() {}

  @Override
  public Urgency urgency() {
    return Urgency.AHEAD;
  }

  @Override
  public int clients() {
    return 0;
  }
}
