package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.instantmirror.download.Attachment;
import org.instantmirror.download.ByteSource;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.download.RangedTail;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.CacheStatus;
import org.instantmirror.http.Head;
import org.instantmirror.mirror.Answer;
import org.instantmirror.mirror.MirrorRequest;
import org.instantmirror.mirror.PassThrough;
import org.instantmirror.mirror.PassThroughAnswer;
import org.instantmirror.usage.Requests;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the answer that was found for a request: from disk, from a download that is still running,
 * or passed through. Reached in the original dispatch if the answer was known at once, else in an
 * asynchronous one.
 */
final class MirrorServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(MirrorServlet.class);

  /** How often a request has been begun anew, as its attribute. */
  private static final String BEGINNINGS = MirrorServlet.class.getName() + ".beginnings";

  private static final int MOST_BEGINNINGS = 3;

  private final transient Asker asker;
  private final transient PassThrough passThrough;
  private final transient StoredAnswer stored;
  private final transient Requests requests;
  private final transient Clock clock;

  /**
   * @param requests learns what is served
   */
  MirrorServlet(
      Asker asker, PassThrough passThrough, StoredAnswer stored, Requests requests, Clock clock) {
    this.asker = asker;
    this.passThrough = passThrough;
    this.stored = stored;
    this.requests = requests;
    this.clock = clock;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      answer(request, response);
    } catch (RuntimeException fault) {
      LOG.error("{}: internal fault", request.getRequestURI(), fault);
      throw fault;
    }
  }

  private void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (BodyWriter.resume(request, response)) {
      return;
    }
    if (request.getAttribute(BodyWriter.ABORT) != null) {
      breakOff(request, response);
      return;
    }
    if (request.getAttribute(BodyWriter.ANEW) != null) {
      request.removeAttribute(BodyWriter.ANEW);
      response.reset();
    }
    Route route = Route.of(request);
    PassThroughAnswer relayed = Asker.relayed(request);
    Answer answer = Asker.answer(request);
    if (relayed != null) {
      relay(request, response, relayed);
    } else if (answer != null) {
      serve(request, response, route, answer);
    } else {
      throw new IllegalStateException("no answer was found for " + route.path());
    }
  }

  /**
   * Ends a response that can't be completed: with an error while the client has seen nothing of it.
   */
  private static void breakOff(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (response.isCommitted()) {
      throw new BrokenTransferException();
    }
    response.reset();
    response.setHeader("Cache-Status", RequestRecord.of(request).cacheStatus());
    PlainAnswer.send(request, response, 502, sentence(502) + ": upstream's transfer broke off");
  }

  private void serve(
      HttpServletRequest request, HttpServletResponse response, Route route, Answer answer)
      throws IOException {
    cacheStatus(request, response, answer.cacheStatus());
    if (answer instanceof Answer.Stored hit) {
      if (!stored.serve(request, response, route, hit)) {
        // It went away, or was changed, since it was looked up: look again.
        asker.ask(request, route);
      } else {
        served(request, route);
      }
    } else if (answer instanceof Answer.Streaming streaming) {
      served(request, route);
      stream(request, response, route, streaming);
    } else if (answer instanceof Answer.HeadOnly head) {
      Rendition rendition = EntryAnswer.rendition(request, route, head.head(), head.length());
      EntryAnswer.writeHead(response, route, head.head(), head.length(), rendition);
    } else if (answer instanceof Answer.Missing) {
      PlainAnswer.send(request, response, 404, "Upstream has no such file.");
    } else if (answer instanceof Answer.Unavailable unavailable) {
      PlainAnswer.send(
          request,
          response,
          unavailable.status(),
          sentence(unavailable.status()) + ": " + unavailable.message());
    } else {
      asker.passThrough(request, route);
    }
  }

  private void served(HttpServletRequest request, Route route) {
    if (route.key() != null && request.getMethod().equals("GET")) {
      requests.served(route.key(), route.fileClass(), request.getRemoteAddr(), clock.instant());
    }
  }

  private static String sentence(int status) {
    return switch (status) {
      case 504 -> "Upstream did not answer in time, and the file is not cached";
      case 503 -> "The mirror is busy";
      default -> "No route to host: no upstream gave a usable answer, and the file is not cached";
    };
  }

  private void stream(
      HttpServletRequest request,
      HttpServletResponse response,
      Route route,
      Answer.Streaming streaming)
      throws IOException {
    Attachment attachment = streaming.attachment();
    Head head = streaming.opening().head();
    long length = streaming.opening().length();
    Rendition rendition = EntryAnswer.rendition(request, route, head, length);
    ByteSource bytes = open(attachment, rendition.ranges());
    ByteSource tail = new AttachedTail(bytes, attachment);
    if (tail.state() == ByteSource.State.BROKEN && restarts(tail.reason())) {
      tail.close();
      asker.ask(request, route);
      return;
    }
    attachment
        .download()
        .source()
        .ifPresent(uri -> RequestRecord.of(request).upstream(uri.getAuthority()));
    EntryAnswer.writeHead(response, route, head, length, rendition);
    if (!streaming.opening().endIsCertain()) {
      // Passed on the way it came: ended by closing the connection.
      response.setHeader("Connection", "close");
    }
    if (rendition.segments().isEmpty() || request.getMethod().equals("HEAD")) {
      tail.close();
      return;
    }
    if (bytes instanceof RangedTail ranges && ranges.begin()) {
      cacheStatus(request, response, farAhead(streaming.cacheStatus()));
    }
    Recovering recovering = new Recovering(request, route, head, length, rendition);
    BodyWriter.send(request, response, new Body(tail, rendition.segments()), recovering);
  }

  private static ByteSource open(Attachment attachment, List<ByteRange> wanted) throws IOException {
    try {
      return wanted.isEmpty() ? attachment.tail() : attachment.tail(wanted);
    } catch (IOException | RuntimeException fault) {
      attachment.close();
      throw fault;
    }
  }

  private static void cacheStatus(
      HttpServletRequest request, HttpServletResponse response, CacheStatus status) {
    String field = status.toString();
    RequestRecord.of(request).cacheStatus(field);
    response.setHeader("Cache-Status", field);
  }

  /** Of a range with a request of its own, beside the download that it joined or began. */
  private static CacheStatus farAhead(CacheStatus status) {
    CacheStatus own =
        status.collapsed() ? CacheStatus.forwarded(CacheStatus.Forward.PARTIAL) : status;
    return own.withDetail("far-ahead");
  }

  private static boolean restarts(@org.jspecify.annotations.Nullable Break reason) {
    return reason == Break.STARTED_OVER || reason == Break.STOPPED;
  }

  private void relay(
      HttpServletRequest request, HttpServletResponse response, PassThroughAnswer answer)
      throws IOException {
    Answer before = Asker.answer(request);
    cacheStatus(
        request,
        response,
        before == null ? CacheStatus.forwarded(CacheStatus.Forward.BYPASS) : before.cacheStatus());
    if (answer instanceof PassThroughAnswer.Unavailable unavailable) {
      PlainAnswer.send(
          request,
          response,
          unavailable.status(),
          sentence(unavailable.status()) + ": " + unavailable.message());
      return;
    }
    PassThroughAnswer.Relayed relayed = (PassThroughAnswer.Relayed) answer;
    RequestRecord.of(request).upstream(String.valueOf(relayed.effectiveUri().getAuthority()));
    if (RelayedHead.write(request, response, relayed)) {
      Body body = new Body(relayed.body(), java.util.List.of(RelayedHead.segment(relayed)));
      BodyWriter.send(request, response, body, Recovery.NONE);
    } else {
      relayed.body().close();
    }
  }

  /** What becomes of a client whose download breaks. */
  private final class Recovering implements Recovery {
    private final Route route;
    private final MirrorRequest request;
    private final Head head;
    private final long length;
    private final Rendition rendition;

    Recovering(
        HttpServletRequest request, Route route, Head head, long length, Rendition rendition) {
      this.route = route;
      this.request = Asker.mirrorRequest(request, route);
      this.head = head;
      this.length = length;
      this.rendition = rendition;
    }

    @Override
    public boolean beginAnew(Break reason, AsyncContext async, BooleanSupplier release) {
      // Counted, or an upstream whose transfers always break before the range that a client waits
      // for would be asked for ever.
      Object before = async.getRequest().getAttribute(BEGINNINGS);
      int count = before instanceof Integer earlier ? earlier + 1 : 1;
      if (reason == Break.UPSTREAM || count > MOST_BEGINNINGS) {
        return false;
      }
      async.getRequest().setAttribute(BEGINNINGS, count);
      asker.askAnew(request, async, release);
      return true;
    }

    @Override
    public CompletableFuture<Optional<Body>> after(Break reason, long position) {
      Optional<Segment.Slice> only = rendition.onlySlice();
      if (reason != Break.STORAGE || only.isEmpty()) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      long end = only.get().end();
      return passThrough
          .resume(route.repo(), route.path(), head, length, position)
          .thenApply(
              source ->
                  source.map(rest -> new Body(rest, List.of(new Segment.Slice(position, end)))));
    }
  }
}
