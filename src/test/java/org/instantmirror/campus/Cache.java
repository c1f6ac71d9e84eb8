package org.instantmirror.campus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Files that are here or on their way; each is fetched once, whoever asks for it. */
final class Cache {

  private final Line line;
  private final long capacity;
  private final Eviction eviction;
  private final Map<Release, Coming> coming = new HashMap<>();
  private long bytes;

  /** What goes when there is no room. */
  interface Eviction {

    /** A file was stored, nobody having asked for it yet. */
    void stored(Release file);

    /** One that is stored was asked for. */
    void used(Release file);

    boolean has(Release file);

    /**
     * Takes out what is to go, if any.
     *
     * @param held bytes of all that is stored
     * @return how many bytes have gone
     */
    long evict(long held, long capacity);
  }

  private static final class Coming {
    private final List<Runnable> waiting = new ArrayList<>();
    private Line.@Nullable Transfer transfer;
    private @Nullable Runnable waitingAhead;

    private void raise() {
      if (transfer != null) {
        transfer.raise();
      }
    }
  }

  /**
   * @param capacity in bytes
   */
  Cache(Line line, long capacity, Eviction eviction) {
    this.line = line;
    this.capacity = capacity;
    this.eviction = eviction;
  }

  boolean hasOrGets(Release file) {
    return eviction.has(file) || coming.containsKey(file);
  }

  /** As {@link Way#request}. */
  boolean request(Release file, Runnable end) {
    if (eviction.has(file)) {
      eviction.used(file);
      end.run();
      return true;
    }
    Coming running = coming.get(file);
    if (running == null) {
      running = begin(file, arrival -> line.begin(file.size(), arrival));
    } else {
      running.raise();
    }
    running.waiting.add(end);
    return false;
  }

  /**
   * Fetches a file that nobody has asked for and that isn't here or on its way.
   *
   * @param end run when it is here
   */
  void fetchAhead(Release file, double saving, Runnable end) {
    begin(file, arrival -> line.beginAhead(file.size(), saving, arrival)).waitingAhead = end;
  }

  private Coming begin(Release file, Function<Runnable, Line.Transfer> how) {
    Coming next = new Coming();
    coming.put(file, next);
    next.transfer = how.apply(() -> arrived(file));
    return next;
  }

  private void arrived(Release file) {
    Coming ended = Objects.requireNonNull(coming.remove(file));
    eviction.stored(file);
    ended.waiting.forEach(waiting -> eviction.used(file));
    bytes += file.size();
    bytes -= eviction.evict(bytes, capacity);
    ended.waiting.forEach(Runnable::run);
    if (ended.waitingAhead != null) {
      ended.waitingAhead.run();
    }
  }
}
