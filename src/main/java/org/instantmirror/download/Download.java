package org.instantmirror.download;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.http.Head;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * What readers share of one download: its phase, its opening, how many bytes may be read. Its one
 * writer is the {@link Transfer}, which calls the package-private methods from one thread at a
 * time; everything else may be called by any thread.
 *
 * <p>Bytes are written first and published after: a reader that sees {@code available} may read
 * that many.
 */
public final class Download {

  private final Order order;
  private final Instant began;
  private final CompletableFuture<Opening> opening = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Set<Tail> tails = ConcurrentHashMap.newKeySet();
  private final Set<Following> followers = ConcurrentHashMap.newKeySet();
  private final WakeUps wakeUps;

  private volatile Phase phase = Phase.PENDING;
  private volatile long available;
  private volatile boolean complete;
  private volatile @Nullable Break broken;
  private volatile @Nullable PartialEntry partial;

  // What readers of ranges go by.
  private final FillRate rate = new FillRate(System::nanoTime);
  private volatile Duration latency = Duration.ZERO;
  private volatile long heldBackFrom = Long.MAX_VALUE;
  private volatile boolean refusesRanges;
  private volatile boolean shared;

  private volatile Supplier<List<SegmentStanding>> segments = List::of;

  private final Object lock = new Object();
  private int clients; // guarded by lock
  private int clientsEver; // guarded by lock
  private boolean wished; // guarded by lock
  private boolean closing; // guarded by lock: no client may join any more
  private boolean over; // guarded by lock: the transfer has ended

  /**
   * Keeps the bytes readable from the opening on, whatever becomes of the entry, for those who were
   * told of them and have not begun to read; until all have left. Guarded by lock.
   */
  private PartialEntry.@Nullable Reader hold;

  Download(Order order, Instant began, WakeUps.Later later) {
    this.order = order;
    this.began = began;
    this.wakeUps = new WakeUps(tails::size, this::wakeAll, later, System::nanoTime);
  }

  /** What is being downloaded. */
  public Order order() {
    return order;
  }

  /** When it was ordered. */
  public Instant began() {
    return began;
  }

  /** Where it stands. */
  public Phase phase() {
    return phase;
  }

  /** Bytes that may be read. */
  public long available() {
    return available;
  }

  /** Bytes of the whole file; -1 if that isn't known, or not yet. */
  public long length() {
    return opening.getNow(null) instanceof Opening.Streaming streaming ? streaming.length() : -1;
  }

  /** How many clients wait for it or read it. */
  public int clients() {
    synchronized (lock) {
      return clients;
    }
  }

  /** The URL that the bytes come from, once there are some. */
  public Optional<URI> source() {
    return Optional.ofNullable(partial).map(PartialEntry::source);
  }

  /** Whether it came to its file without asking upstream for the bytes. */
  public boolean isShared() {
    return shared;
  }

  /** What is being fetched by segments. */
  List<SegmentStanding> segments() {
    return segments.get();
  }

  /** What is being written; only once {@link Opening.Streaming} was seen. */
  PartialEntry entry() {
    PartialEntry known = partial;
    if (known == null) {
      throw new IllegalStateException(order.key() + " has no bytes yet");
    }
    return known;
  }

  /**
   * Where what may be read ahead of the head ends, from a position on; {@code position} itself
   * where nothing may.
   */
  long hereAheadTo(long position) {
    PartialEntry known = partial;
    return known == null || state() != ByteSource.State.GROWING
        ? position
        : Math.max(position, Math.min(known.written().endFrom(position), heldBackFrom));
  }

  /** Whether that byte is here, and may be read, ahead of the head. */
  boolean isHereAhead(long position) {
    return hereAheadTo(position) > position;
  }

  /** How fast it grows, if that is known. */
  OptionalDouble bytesPerSecond() {
    return rate.bytesPerSecond();
  }

  /** How long upstream took for its last answer. */
  Duration latency() {
    return latency;
  }

  /** From that position on nobody gets bytes before the whole has been verified. */
  long heldBackFrom() {
    return heldBackFrom;
  }

  /** Whether upstream has been found not to give parts of this file. */
  boolean refusesRanges() {
    return refusesRanges;
  }

  /** Remembers that upstream doesn't give parts of this file, for all its readers. */
  void refuseRanges() {
    refusesRanges = true;
  }

  /** Completed when clients can be answered, never exceptionally. */
  CompletableFuture<Opening> opening() {
    return opening;
  }

  /** Completed when the transfer has ended and let go of its partial entry. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  // ---- clients

  /** Counts one more client in; false if the download is being given up, or has ended. */
  boolean join() {
    synchronized (lock) {
      if (closing) {
        return false;
      }
      clients++;
      clientsEver++;
      return true;
    }
  }

  /** Somebody wants it who doesn't wait for it; false if it is being given up, or has ended. */
  boolean wish() {
    synchronized (lock) {
      wished |= !closing;
      return !closing;
    }
  }

  /** Nobody does any more. */
  void unwish() {
    synchronized (lock) {
      wished = false;
    }
  }

  /** How urgent it is: where all clients have left and nobody else wants it, as it was for them. */
  Urgency urgency() {
    synchronized (lock) {
      if (clients > 0 || (!wished && followers.isEmpty())) {
        return Urgency.INTERACTIVE;
      }
    }
    boolean interactive =
        followers.stream().anyMatch(each -> each.urgency() == Urgency.INTERACTIVE);
    return interactive ? Urgency.INTERACTIVE : Urgency.AHEAD;
  }

  /** Another name's download wants the bytes; false if this is being given up, or has ended. */
  boolean follow(Following follower) {
    synchronized (lock) {
      if (!closing) {
        followers.add(follower);
      }
      return !closing;
    }
  }

  /** It doesn't want them any more. */
  void unfollow(Following follower) {
    synchronized (lock) {
      followers.remove(follower);
    }
  }

  /** Counts a client out. */
  void leave() {
    synchronized (lock) {
      clients--;
    }
    releaseIfUnused();
  }

  private void releaseIfUnused() {
    PartialEntry.Reader unused = null;
    synchronized (lock) {
      if (over && clients == 0) {
        unused = hold;
        hold = null;
      }
    }
    if (unused != null) {
      unused.close();
    }
  }

  private void close() {
    synchronized (lock) {
      closing = true;
      over = true;
    }
    releaseIfUnused();
    ended.complete(null);
  }

  /** Shuts the door if nobody is in; false if somebody is. */
  boolean closeIfAbandoned() {
    synchronized (lock) {
      closing |= isUnwanted();
      return closing;
    }
  }

  boolean isAbandoned() {
    synchronized (lock) {
      return isUnwanted();
    }
  }

  /** With the lock. */
  private boolean isUnwanted() {
    return clients == 0 && !wished && followers.isEmpty();
  }

  int clientsEver() {
    synchronized (lock) {
      return clientsEver;
    }
  }

  /** A reader of the bytes, from the beginning. Only once {@link Opening.Streaming} was seen. */
  Tail tail() throws IOException {
    Tail tail = new Tail(this);
    tails.add(tail);
    return tail;
  }

  void forget(Tail tail) {
    tails.remove(tail);
  }

  // ---- for tails

  ByteSource.State state() {
    if (complete) {
      return ByteSource.State.COMPLETE;
    }
    return broken == null ? ByteSource.State.GROWING : ByteSource.State.BROKEN;
  }

  Optional<Break> broken() {
    return Optional.ofNullable(broken);
  }

  // ---- for the transfer

  void advance(Phase next) {
    if (next.compareTo(phase) < 0 || phase.isFinal()) {
      throw new IllegalStateException(order.key() + ": " + phase + " can't become " + next);
    }
    phase = next;
  }

  /** Segments are being fetched, as that tells. */
  void fetchedBy(Supplier<List<SegmentStanding>> standings) {
    segments = standings;
  }

  /** Upstream has answered. */
  void answeredAfter(Duration time) {
    latency = time;
  }

  /**
   * A body begins to arrive.
   *
   * @param size how many bytes are here
   * @param newHeldBackFrom as {@link #heldBackFrom}
   */
  void bodyBegins(long size, long newHeldBackFrom) {
    rate.begin(size);
    heldBackFrom = newHeldBackFrom;
  }

  /**
   * Makes head, length and first bytes known.
   *
   * @param ready how many bytes may be read
   * @throws IOException if the bytes can't be read
   */
  void open(PartialEntry entry, long ready, boolean endIsCertain) throws IOException {
    readFrom(entry);
    rate.reached(ready);
    available = ready;
    advance(Phase.STREAMING);
    opening.complete(new Opening.Streaming(entry.head(), entry.length(), endIsCertain));
    tellFollowers();
  }

  /**
   * The same of the bytes that another download brings.
   *
   * @param head of the file under its own name
   * @throws IOException if the bytes can't be read
   */
  void follow(Download other, Head head, boolean endIsCertain) throws IOException {
    PartialEntry entry = other.entry();
    readFrom(entry);
    shared = true;
    long ready = other.available();
    bodyBegins(ready, other.heldBackFrom);
    // Who asks for what is far ahead would ask upstreams that these bytes don't come from.
    refusesRanges = true;
    available = ready;
    advance(Phase.STREAMING);
    opening.complete(new Opening.Streaming(head, entry.length(), endIsCertain, true));
  }

  /**
   * Has readers go on with another entry, that begins with the bytes of the one before.
   *
   * @throws IOException if the bytes can't be read
   */
  void goOnFrom(PartialEntry entry) throws IOException {
    readFrom(entry);
    shared = false;
  }

  private void readFrom(PartialEntry entry) throws IOException {
    PartialEntry.Reader reader = entry.openReader();
    PartialEntry.Reader unused;
    synchronized (lock) {
      unused = hold;
      hold = reader;
    }
    partial = entry;
    if (unused != null) {
      unused.close();
    }
  }

  /** What it has come to is in the tree, and upstream wasn't asked for it. */
  void isSharedContent() {
    shared = true;
  }

  private void tellFollowers() {
    followers.forEach(Following::changed);
  }

  /** Makes bytes readable that were written before. */
  void publish(long size) {
    rate.reached(size);
    available = size;
    wakeUps.moreArrived();
    tellFollowers();
  }

  private void wakeAll() {
    tails.forEach(Tail::signal);
  }

  /** All bytes are here; readers may end although the file is not in the tree yet. */
  void bytesComplete() {
    advance(Phase.VERIFYING);
    complete = true;
    wakeAll();
    tellFollowers();
  }

  /** Ends it before anything was opened. */
  void end(Phase last, Opening outcome) {
    advance(last);
    opening.complete(outcome);
    close();
    tellFollowers();
  }

  /** Ends it after it was opened. */
  void end(Phase last, @Nullable Break reason) {
    if (reason != null && !complete) {
      broken = reason;
    }
    advance(last);
    wakeAll();
    close();
    tellFollowers();
  }
}
