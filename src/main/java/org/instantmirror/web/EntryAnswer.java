package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.instantmirror.http.Head;
import org.instantmirror.http.HttpDate;
import org.instantmirror.http.MultipartByteRanges;
import org.instantmirror.repo.Classifier;
import org.instantmirror.store.StoredEntry;

/** Writes status and fields of an answer about a file of ours. */
final class EntryAnswer {

  private static final String IMMUTABLE = "public, max-age=31536000, immutable";

  /** Where not everybody may read: a cache in front of us would hand it to all. */
  private static final String PRIVATE = "private, max-age=31536000, immutable";

  private final Clock clock;

  EntryAnswer(Clock clock) {
    this.clock = clock;
  }

  /** What the request gets of a representation. */
  static Rendition rendition(HttpServletRequest request, Route route, Head head, long length) {
    boolean get = request.getMethod().equals("GET");
    String range = get ? Fields.joined(request, "Range") : null;
    String name = route.path().substring(route.path().lastIndexOf('/') + 1);
    return Rendition.of(
        Fields.conditions(request),
        range,
        head,
        length,
        MediaTypes.of(head.contentType(), name),
        range == null ? "" : MultipartByteRanges.boundary(ThreadLocalRandom.current()));
  }

  /** Writes everything but the body. */
  static void writeHead(
      HttpServletResponse response, Route route, Head head, long length, Rendition rendition) {
    response.setStatus(rendition.status());
    if (length >= 0) {
      response.setHeader("Accept-Ranges", "bytes");
    }
    if (head.etag() != null) {
      response.setHeader("ETag", head.etag().toString());
    }
    if (head.lastModified() != null) {
      response.setHeader("Last-Modified", HttpDate.format(head.lastModified()));
    }
    // Of a 412 or 416 nothing holds for the next request.
    boolean immutable = rendition.status() < 400 && Classifier.namesItsChecksum(route.path());
    response.setHeader(
        "Cache-Control",
        route.repo().access().isOpen()
            ? immutable ? IMMUTABLE : "no-cache"
            : immutable ? PRIVATE : "private, no-cache");
    rendition.contentRange().ifPresent(range -> response.setHeader("Content-Range", range));
    if (rendition.contentType() != null) {
      response.setContentType(rendition.contentType());
    }
    if (rendition.contentLength() >= 0) {
      response.setContentLengthLong(rendition.contentLength());
    }
  }

  /** Age (RFC 9111 section 5.1): since upstream last confirmed the stored response. */
  void writeAge(HttpServletResponse response, StoredEntry entry) {
    Instant now = clock.instant();
    if (entry.origin() == StoredEntry.Origin.FETCHED && !entry.checkedAt().isAfter(now)) {
      long seconds = Duration.between(entry.checkedAt(), now).toSeconds();
      response.setHeader("Age", Long.toString(seconds));
    }
  }
}
