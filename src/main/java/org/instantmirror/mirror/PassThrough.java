package org.instantmirror.mirror;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.instantmirror.download.ByteSource;
import org.instantmirror.download.Pipe;
import org.instantmirror.download.Resumption;
import org.instantmirror.http.Head;
import org.instantmirror.http.HopByHop;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.Upstream;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamPool.Exhaustion;
import org.instantmirror.upstream.UpstreamRequest;
import org.instantmirror.upstream.UpstreamResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes requests to upstream and its answers back, streamed and unstored: one thread of a bounded
 * pool for each, which reads upstream at the client's speed. Thread-safe.
 */
public final class PassThrough implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PassThrough.class);
  private static final int BUFFER = 32 * 1024;

  private final UpstreamClient client;
  private final Function<Repo, UpstreamPool> pools;
  private final Clock clock;
  private final ThreadPoolExecutor workers;

  /**
   * @param pools the upstreams of a repository, also of one that is no longer configured so
   * @param most requests at once; more are answered 503
   */
  public PassThrough(
      UpstreamClient client, Function<Repo, UpstreamPool> pools, int most, Clock clock) {
    this.client = client;
    this.pools = pools;
    this.clock = clock;
    AtomicInteger threads = new AtomicInteger();
    this.workers =
        new ThreadPoolExecutor(
            0,
            most,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "pass-through-" + threads.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Upstream's answer; never fails. */
  public CompletableFuture<PassThroughAnswer> answer(PassThroughRequest request) {
    CompletableFuture<PassThroughAnswer> answer = new CompletableFuture<>();
    try {
      workers.execute(() -> relay(request, answer));
    } catch (RejectedExecutionException full) {
      answer.complete(
          new PassThroughAnswer.Unavailable(503, "too many requests are being passed through"));
    }
    return answer;
  }

  /**
   * Goes on with a body whose beginning a client has received from a download that can't be stored
   * any more.
   *
   * @param head what was said of the file
   * @param length its total length
   * @param offset how much of it the client has
   * @return the bytes from {@code offset} on, or empty if no upstream says that it is the same file
   */
  public CompletableFuture<Optional<ByteSource>> resume(
      Repo repo, String path, Head head, long length, long offset) {
    CompletableFuture<Optional<ByteSource>> result = new CompletableFuture<>();
    List<Map.Entry<String, String>> fields = Resumption.fields(head, offset, false, false);
    if (fields.isEmpty()) {
      fields = Resumption.fields(head, offset, hasOneUpstream(repo), false);
    }
    if (fields.isEmpty() || length < 0) {
      result.complete(Optional.empty());
      return result;
    }
    PassThroughRequest request = new PassThroughRequest(repo, "GET", path, null, fields);
    try {
      workers.execute(() -> resume(request, head, length, offset, result));
    } catch (RejectedExecutionException full) {
      result.complete(Optional.empty());
    }
    return result;
  }

  private void resume(
      PassThroughRequest request,
      Head head,
      long length,
      long offset,
      CompletableFuture<Optional<ByteSource>> result) {
    try (UpstreamResponse answer = ask(request)) {
      if (answer.status() != 206
          || !Resumption.continues(
              head,
              offset,
              length,
              hasOneUpstream(request.repo()),
              false,
              answer.header("Content-Range").orElse(null),
              answer.head())) {
        result.complete(Optional.empty());
        return;
      }
      Pipe body = new Pipe(offset);
      result.complete(Optional.of(body));
      pump(answer, body);
    } catch (IOException fault) {
      LOG.warn("{}/{}: {}", request.repo().id(), request.path(), fault.getMessage());
      result.complete(Optional.empty());
    } finally {
      result.complete(Optional.empty());
    }
  }

  private static boolean hasOneUpstream(Repo repo) {
    return repo.baseUrls().size() == 1 && repo.list() == null;
  }

  private void relay(PassThroughRequest request, CompletableFuture<PassThroughAnswer> result) {
    try (UpstreamResponse answer = ask(request)) {
      boolean head = request.method().equals("HEAD");
      Pipe body = new Pipe(0);
      result.complete(
          new PassThroughAnswer.Relayed(
              answer.status(),
              HopByHop.endToEnd(answer.headers()),
              answer.contentLength(),
              answer.endIsCertain(),
              isFolderOf(answer.effectiveUri(), request.path()),
              answer.effectiveUri(),
              body));
      if (head) {
        body.end(ByteSource.State.COMPLETE);
      } else {
        pump(answer, body);
      }
    } catch (UpstreamException fault) {
      LOG.warn("{}/{}: {}", request.repo().id(), request.path(), fault.getMessage());
      int status = fault.kind() == UpstreamException.Kind.TIMEOUT ? 504 : 502;
      result.complete(
          new PassThroughAnswer.Unavailable(status, String.valueOf(fault.getMessage())));
    } catch (IOException fault) {
      LOG.debug("closing the answer to {}/{}", request.repo().id(), request.path(), fault);
    } finally {
      result.complete(new PassThroughAnswer.Unavailable(502, "upstream's answer was lost"));
    }
  }

  /** Compared decoded: servers encode less in a redirect than we do in a request. */
  private static boolean isFolderOf(URI effective, String path) {
    return !path.isEmpty()
        && !path.endsWith("/")
        && effective.getPath() != null
        && effective.getPath().endsWith("/" + path.substring(path.lastIndexOf('/') + 1) + "/");
  }

  private static void pump(UpstreamResponse answer, Pipe body) {
    ByteSource.State last = ByteSource.State.BROKEN;
    try {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      while (answer.read(buffer) >= 0) {
        buffer.flip();
        if (!body.put(buffer)) {
          return;
        }
        buffer.clear();
      }
      last = ByteSource.State.COMPLETE;
    } catch (UpstreamException fault) {
      LOG.warn("{}: {}", answer.effectiveUri(), fault.getMessage());
    } finally {
      body.end(last);
    }
  }

  /** The first answer that isn't a server's failure; the last one's failure if all fail. */
  private UpstreamResponse ask(PassThroughRequest request) throws UpstreamException {
    Repo repo = request.repo();
    UpstreamPool pool = pools.apply(repo);
    Cancellation cancellation = new Cancellation();
    Set<Upstream> asked = new HashSet<>();
    Optional<UpstreamException> last = Optional.empty();
    Optional<Upstream> next = pool.next(request.path(), asked, clock.instant(), cancellation);
    while (next.isPresent()) {
      Upstream upstream = next.get();
      asked.add(upstream);
      Instant began = clock.instant();
      try {
        UpstreamResponse answer = client.execute(upstreamRequest(pool, upstream, request));
        pool.succeeded(upstream, clock.instant());
        if (answer.status() < 500) {
          return answer;
        }
        next = pool.next(request.path(), asked, clock.instant(), cancellation);
        if (next.isEmpty()) {
          return answer;
        }
        answer.abort();
      } catch (UpstreamException fault) {
        last = Optional.of(fault);
        pool.disappointed(upstream, clock.instant());
        // One path that is redirected astray says nothing of the upstream's other files.
        if (fault.isUnreachable()) {
          pool.failed(upstream, began, clock.instant());
        }
        next = pool.next(request.path(), asked, clock.instant(), cancellation);
      }
    }
    throw last.orElseGet(() -> notAsked(pool, request));
  }

  private UpstreamException notAsked(UpstreamPool pool, PassThroughRequest request) {
    Repo repo = request.repo();
    Optional<Exhaustion> why = pool.exhausted(request.path(), clock.instant());
    Optional<URI> uri =
        repo.baseUrls().isEmpty()
            ? repo.listUri(request.path())
            : repo.upstreamUri(repo.baseUrls().get(0), request.path());
    return new UpstreamException(
        why.map(Exhaustion::kind).orElse(UpstreamException.Kind.UNREACHABLE),
        uri.orElseThrow(),
        "not asked for, since all upstreams of repo '%s' rest after failures%s"
            .formatted(repo.id(), why.map(known -> " (" + known.reason() + ")").orElse("")));
  }

  private static UpstreamRequest upstreamRequest(
      UpstreamPool pool, Upstream upstream, PassThroughRequest request) {
    UpstreamRequest plain =
        pool.request(upstream, request.method(), request.path(), request.fields());
    return request.query() == null
        ? plain
        : new UpstreamRequest(
            plain.repo(),
            plain.method(),
            URI.create(plain.uri() + "?" + encodeQuery(request.query())),
            plain.headers(),
            plain.inside());
  }

  /** Keeps a query as it was written, but for characters that no URI may hold. */
  private static String encodeQuery(String query) {
    StringBuilder out = new StringBuilder(query.length());
    for (byte b : query.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain = c > ' ' && c < 0x7f && "\"<>\\^`{|}#[]".indexOf(c) < 0;
      if (plain) {
        out.append(c);
      } else {
        out.append(String.format("%%%02X", (int) c));
      }
    }
    return out.toString();
  }

  @Override
  public void close() {
    workers.shutdown();
  }
}
