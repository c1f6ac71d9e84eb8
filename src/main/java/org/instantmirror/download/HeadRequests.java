package org.instantmirror.download;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamResponse;
import org.instantmirror.upstream.Urgency;

/**
 * HEAD requests for files that aren't stored: all who ask at once share one, and nothing is stored.
 */
final class HeadRequests {

  private static final Failure INTERNAL = new Failure(Failure.Kind.BAD_GATEWAY, "internal fault");
  private static final Failure CROWDED =
      new Failure(Failure.Kind.OVERLOADED, "too many requests are waiting");
  private static final Failure STOPPING =
      new Failure(Failure.Kind.OVERLOADED, "the mirror is stopping");

  private final UpstreamClient client;
  private final DownloadQueue queue;
  private final Planner planner;
  private final Clock clock;
  private final Map<EntryKey, Running> running = new ConcurrentHashMap<>();

  private record Running(CompletableFuture<HeadAnswer> answer, Cancellation cancellation) {

    /** Only the first time it says anything. */
    void fail(Failure why) {
      answer.complete(new HeadAnswer.Unavailable(why));
    }
  }

  HeadRequests(UpstreamClient client, DownloadQueue queue, Planner planner, Clock clock) {
    this.client = client;
    this.queue = queue;
    this.planner = planner;
    this.clock = clock;
  }

  SharedHead ask(Order order, UpstreamPool pool) {
    Running mine = new Running(new CompletableFuture<>(), new Cancellation());
    Running other = running.putIfAbsent(order.key(), mine);
    if (other != null) {
      return new SharedHead(other.answer.copy(), false);
    }
    mine.answer.whenComplete((answer, fault) -> running.remove(order.key(), mine));
    queue.submit(new Claim(order.repo(), order.key(), new Question(order, pool, mine)));
    return new SharedHead(mine.answer.copy(), true);
  }

  /** One request. */
  private final class Question implements Claim.Work {
    private final Order order;
    private final UpstreamPool pool;
    private final Running mine;

    Question(Order order, UpstreamPool pool, Running mine) {
      this.order = order;
      this.pool = pool;
      this.mine = mine;
    }

    @Override
    public void run() {
      try {
        mine.answer.complete(ask(order, pool, mine.cancellation));
      } finally {
        // Whatever happened, nobody waits for ever.
        mine.fail(INTERNAL);
      }
    }

    @Override
    public void refuse() {
      mine.fail(CROWDED);
    }

    /** Somebody waits for it, always. */
    @Override
    public void giveWay() {}

    @Override
    public Urgency urgency() {
      return Urgency.INTERACTIVE;
    }

    @Override
    public int clients() {
      return 1;
    }
  }

  /** Gives up those that run or wait for a place. For a server that stops, its queue closed. */
  void stop() {
    for (Running each : running.values()) {
      each.fail(STOPPING);
      each.cancellation.cancel();
    }
  }

  private HeadAnswer ask(Order order, UpstreamPool pool, Cancellation cancellation) {
    String path = order.key().path();
    Optional<Failure> last = Optional.empty();
    boolean missing = false;
    Set<Upstream> asked = new HashSet<>();
    Optional<Upstream> next = pool.next(path, asked, clock.instant(), cancellation);
    while (next.isPresent()) {
      Upstream upstream = next.get();
      asked.add(upstream);
      URI uri = pool.uri(upstream, path);
      Instant began = clock.instant();
      try (UpstreamResponse answer =
          client.execute(pool.request(upstream, "HEAD", path, List.of()), cancellation)) {
        pool.succeeded(upstream, clock.instant());
        int status = answer.status();
        if (status == 200) {
          return new HeadAnswer.Found(answer.head(), Validation.contentLength(answer));
        }
        missing |= status == 404 || status == 410;
        last = Optional.of(new Failure(Failure.Kind.BAD_GATEWAY, uri, "answered " + status));
      } catch (UpstreamException fault) {
        if (fault.isUnreachable()) {
          pool.failed(upstream, began, clock.instant());
        }
        last = Optional.of(Failure.of(fault));
      } catch (IOException fault) {
        last =
            Optional.of(
                new Failure(Failure.Kind.BAD_GATEWAY, uri, String.valueOf(fault.getMessage())));
      }
      next = pool.next(path, asked, clock.instant(), cancellation);
    }
    if (missing) {
      planner.recordMissing(order, clock.instant());
      return new HeadAnswer.Missing();
    }
    return new HeadAnswer.Unavailable(
        last.orElseGet(() -> Failure.notAsked(order, pool.exhausted(path, clock.instant()))));
  }
}
