package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.instantmirror.http.CacheDirectives;
import org.instantmirror.mirror.Answer;
import org.instantmirror.mirror.Mirror;
import org.instantmirror.mirror.MirrorRequest;
import org.instantmirror.mirror.PassThrough;
import org.instantmirror.mirror.PassThroughAnswer;
import org.instantmirror.mirror.PassThroughRequest;
import org.instantmirror.repo.EntryKey;
import org.jspecify.annotations.Nullable;

/**
 * Gets the answer to a request without blocking the container's thread: the request is suspended,
 * and dispatched to the servlet again when its answer is here, as a request attribute.
 */
final class Asker {

  private static final String ANSWER = Answer.class.getName();
  private static final String RELAYED = PassThroughAnswer.class.getName();

  private final Mirror mirror;
  private final PassThrough passThrough;

  Asker(Mirror mirror, PassThrough passThrough) {
    this.mirror = mirror;
    this.passThrough = passThrough;
  }

  /** Finds the answer if upstream needn't be asked; false if it must. */
  boolean immediate(HttpServletRequest request, Route route) {
    Optional<Answer> answer = mirror.immediate(mirrorRequest(request, route));
    answer.ifPresent(known -> request.setAttribute(ANSWER, known));
    return answer.isPresent();
  }

  /** Suspends the request until the mirror has an answer. */
  void ask(HttpServletRequest request, Route route) {
    AsyncContext async = suspend(request);
    mirror
        .answer(mirrorRequest(request, route))
        .thenAccept(
            answer -> {
              if (!resume(async, ANSWER, answer) && answer instanceof Answer.Streaming lost) {
                lost.attachment().close();
              }
            });
  }

  /**
   * Asks once more for a request that is being answered.
   *
   * @param release called when there is an answer; false if the request has ended meanwhile
   */
  void askAnew(MirrorRequest request, AsyncContext async, BooleanSupplier release) {
    mirror
        .answer(request)
        .thenAccept(
            answer -> {
              boolean taken = release.getAsBoolean() && resume(async, ANSWER, answer);
              if (!taken && answer instanceof Answer.Streaming lost) {
                lost.attachment().close();
              }
            });
  }

  /** Suspends the request until upstream has answered. */
  void passThrough(HttpServletRequest request, Route route) {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    List<String> names = new ArrayList<>(PassThroughRequest.FORWARDED);
    if (route.repo().isOfStrangers()) {
      names.addAll(PassThroughRequest.FOR_STRANGERS);
    }
    for (String name : names) {
      String value = Fields.joined(request, name);
      if (value != null) {
        fields.add(Map.entry(name, value));
      }
    }
    // The query belongs to what is none of our business; a file of ours is its path alone.
    String query = route.key() == null ? request.getQueryString() : null;
    AsyncContext async = suspend(request);
    passThrough
        .answer(
            new PassThroughRequest(route.repo(), request.getMethod(), route.path(), query, fields))
        .thenAccept(
            answer -> {
              if (!resume(async, RELAYED, answer)
                  && answer instanceof PassThroughAnswer.Relayed lost) {
                lost.body().close();
              }
            });
  }

  static @Nullable Answer answer(ServletRequest request) {
    return (Answer) request.getAttribute(ANSWER);
  }

  static @Nullable PassThroughAnswer relayed(ServletRequest request) {
    return (PassThroughAnswer) request.getAttribute(RELAYED);
  }

  private static AsyncContext suspend(HttpServletRequest request) {
    AsyncContext async = request.startAsync();
    // Our own time-outs bound the wait; a transfer may take as long as it takes.
    async.setTimeout(0);
    return async;
  }

  /** False if the client has gone meanwhile. */
  private static boolean resume(AsyncContext async, String attribute, Object answer) {
    try {
      async.getRequest().setAttribute(attribute, answer);
      async.dispatch();
      return true;
    } catch (IllegalStateException gone) {
      return false;
    }
  }

  static MirrorRequest mirrorRequest(HttpServletRequest request, Route route) {
    boolean noCache =
        CacheDirectives.noCache(
            Fields.joined(request, "Cache-Control"), request.getHeader("Pragma"));
    EntryKey key = java.util.Objects.requireNonNull(route.key());
    return new MirrorRequest(
        route.repo(),
        key,
        route.fileClass(),
        noCache,
        request.getMethod().equals("HEAD"),
        request.getRemoteAddr());
  }
}
