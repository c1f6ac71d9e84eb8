package org.instantmirror.mirror;

import org.instantmirror.download.Attachment;
import org.instantmirror.freshness.Decision;
import org.instantmirror.http.CacheStatus;

/** How {@code Cache-Status} says that upstream was asked, and why (RFC 9211). Pure. */
final class Forwarding {

  /** A stored copy that nobody could confirm. */
  static final CacheStatus UNREACHABLE = CacheStatus.hit().withDetail("upstream-unreachable");

  private Forwarding() {}

  /** Of a request that has joined a download. */
  static CacheStatus of(Decision decision, Attachment attachment) {
    CacheStatus.Forward reason =
        switch (decision.reason()) {
          case NOT_STORED -> CacheStatus.Forward.URI_MISS;
          // Those within their lifetime joined a check that another client asked for.
          case CLIENT_ASKS, WITHIN_LIFETIME, NAME_TRUSTED, JUST_CHECKED ->
              CacheStatus.Forward.REQUEST;
          case EXPIRED,
              UNCONFIRMED,
              CHECKED_IN_FUTURE,
              CHECK_FAILED,
              SUPERSEDED,
              LISTED,
              NOT_VERIFIED ->
              CacheStatus.Forward.STALE;
        };
    CacheStatus status = CacheStatus.forwarded(reason);
    return attachment.first() ? status : status.asCollapsed();
  }
}
