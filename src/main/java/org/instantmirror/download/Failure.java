package org.instantmirror.download;

import java.net.URI;
import java.util.Optional;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamPool.Exhaustion;
import org.jspecify.annotations.Nullable;

/**
 * Why a file could not be had.
 *
 * @param kind decides the answer's status
 * @param uri what was asked for, or where a redirect had led; null if upstream wasn't asked
 * @param what happened, in words
 */
public record Failure(Kind kind, @Nullable URI uri, String what) {

  /** What kind of failure it is. */
  public enum Kind {
    /** No upstream could be reached, or none gave a usable answer: 502. */
    BAD_GATEWAY,
    /** An upstream didn't answer in time: 504. */
    TIMEOUT,
    /** No place in the queue, or the server is stopping: 503. */
    OVERLOADED
  }

  /** A failure that is none of an upstream's. */
  public Failure(Kind kind, String what) {
    this(kind, null, what);
  }

  /** The failure that an exception stands for. */
  static Failure of(UpstreamException fault) {
    return new Failure(kind(fault.kind()), fault.uri(), fault.what());
  }

  /**
   * The failure to ask at all, since all upstreams rest.
   *
   * @param why they do, if it is known
   */
  static Failure notAsked(Order order, Optional<Exhaustion> why) {
    return new Failure(
        why.map(known -> kind(known.kind())).orElse(Kind.BAD_GATEWAY),
        "repo '%s': upstream is unreachable%s; %s was not asked for"
            .formatted(
                order.repo().id(),
                why.map(known -> " (" + known.reason() + ")").orElse(""),
                order.key().path()));
  }

  private static Kind kind(UpstreamException.Kind kind) {
    return kind == UpstreamException.Kind.TIMEOUT ? Kind.TIMEOUT : Kind.BAD_GATEWAY;
  }

  /** For the client and the log: what happened, to what. */
  public String message() {
    return uri == null ? what : uri + ": " + what;
  }

  /** What it says of the upstream as a whole: its server in place of the file. */
  Exhaustion ofUpstream() {
    return new Exhaustion(
        kind == Kind.TIMEOUT ? UpstreamException.Kind.TIMEOUT : UpstreamException.Kind.UNREACHABLE,
        uri == null ? what : uri.getScheme() + "://" + uri.getRawAuthority() + ": " + what);
  }
}
