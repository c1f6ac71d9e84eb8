package org.instantmirror.download;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.Rider;
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * Somebody's claim to one of the places of the {@link DownloadQueue}. What isn't final is written
 * under that queue's lock only.
 */
final class Claim implements Rider {

  /**
   * Each further client that waits counts as if the first had come so much earlier: what several
   * wait for saves more.
   */
  static final long HEAD_START_NANOS = 1_000_000_000L;

  /** So nobody is overtaken by who came ten seconds later, however many these are. */
  static final int MOST_HEAD_STARTS = 10;

  /**
   * Clients in order of {@link #turnNanos}; then, of what nobody waits for, what has begun, what
   * saves most.
   */
  static final Comparator<Claim> ORDER =
      Comparator.comparing((Claim claim) -> claim.urgency)
          .thenComparing(claim -> claim.urgency == Urgency.AHEAD && !claim.begun)
          .thenComparingDouble(claim -> claim.urgency == Urgency.AHEAD ? -claim.saving : 0)
          .thenComparingLong(claim -> claim.urgency == Urgency.INTERACTIVE ? claim.turnNanos() : 0)
          .thenComparingLong(claim -> claim.arrival);

  /** How it stands. */
  enum State {
    /** It wants nothing, or not yet. */
    AWAY,
    WAITING,
    /** It has a place. */
    RUNNING,
    /** It has one, and has been told to give it up. */
    LEAVING
  }

  /** What is done with the place. */
  interface Work {

    /** Uses the place, until it returns. */
    void run();

    /** The place never came. */
    void refuse();

    /** Has {@link #run} return soon, to come back when there is a place that nobody needs more. */
    void giveWay();

    /** How urgent it is at the moment. */
    Urgency urgency();

    /** How many clients wait for it at the moment. */
    int clients();

    /** None, of a claim that is submitted with some. */
    Work NONE =
        new Work() {
          @Override
          public void run() {}

          @Override
          public void refuse() {}

          @Override
          public void giveWay() {}

          @Override
          public Urgency urgency() {
            return Urgency.INTERACTIVE;
          }

          @Override
          public int clients() {
            return 0;
          }
        };
  }

  private final Repo repo;
  private final boolean helps;
  private final String host;
  private final EntryKey key;
  volatile Work work;
  @Nullable Work running; // what was begun in the place that it has
  private volatile @Nullable Runnable wake;
  private final List<Companion> companions = new CopyOnWriteArrayList<>();

  volatile Urgency urgency = Urgency.INTERACTIVE; // as its work was judged last
  volatile double saving;
  int clients; // as they were counted last
  volatile State state = State.AWAY;
  long arrival = -1;
  long arrivedNanos; // since the queue is there
  boolean begun;
  boolean returns; // as soon as it has given its place back
  @Nullable ScheduledFuture<?> timeout;

  /**
   * @param key the file that it is for
   * @param work what to do, unless something else is submitted
   */
  Claim(Repo repo, EntryKey key, Work work) {
    this(repo, key, work, repo.host(), false);
  }

  private Claim(Repo repo, EntryKey key, Work work, String host, boolean helps) {
    this.repo = repo;
    this.helps = helps;
    this.host = host;
    this.key = key;
    this.work = work;
  }

  /** One of somebody who helps with a download that has a claim of its own. */
  static Claim ofHelper(Repo repo, EntryKey key, String host) {
    return new Claim(repo, key, Work.NONE, host, true);
  }

  /** Whether it is for a file that somebody else has a claim for. */
  boolean helps() {
    return helps;
  }

  Repo repo() {
    return repo;
  }

  /** The upstream host that it mostly asks. */
  String host() {
    return host;
  }

  EntryKey key() {
    return key;
  }

  @Override
  public Urgency urgency() {
    return urgency;
  }

  @Override
  public void onChange(Runnable newWake) {
    wake = newWake;
  }

  /** Wakes whoever waits for a turn on a line because of the urgency that it had. */
  void wake() {
    Runnable waiting = wake;
    if (waiting != null) {
      waiting.run();
    }
    companions.forEach(Companion::wake);
  }

  /** Somebody else rides for the same end, on a line of his own. */
  Companion companion(Runnable keptWaiting) {
    Companion companion = new Companion(keptWaiting);
    companions.add(companion);
    return companion;
  }

  /** As urgent as the claim; thread-safe. */
  final class Companion implements Rider, AutoCloseable {
    private final Runnable keptWaiting;
    private volatile @Nullable Runnable wake;

    private Companion(Runnable keptWaiting) {
      this.keptWaiting = keptWaiting;
    }

    @Override
    public Urgency urgency() {
      return Claim.this.urgency;
    }

    @Override
    public void onChange(Runnable newWake) {
      wake = newWake;
    }

    private void wake() {
      Runnable waiting = wake;
      if (waiting != null) {
        waiting.run();
      }
    }

    @Override
    public void keptWaiting() {
      keptWaiting.run();
    }

    /** It rides no more. */
    @Override
    public void close() {
      companions.remove(this);
    }
  }

  @Override
  public void keptWaiting() {
    work.giveWay();
  }

  /** The earlier, the sooner it is a client's turn. */
  private long turnNanos() {
    return arrivedNanos - HEAD_START_NANOS * Math.min(Math.max(clients - 1, 0), MOST_HEAD_STARTS);
  }

  boolean hasPlace() {
    return state == State.RUNNING || state == State.LEAVING;
  }
}
