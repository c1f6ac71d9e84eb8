package org.instantmirror.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ConditionalRequest;
import org.instantmirror.http.ContentRange;
import org.instantmirror.http.Head;
import org.instantmirror.http.IfRange;
import org.instantmirror.http.MultipartByteRanges;
import org.instantmirror.http.Preconditions;
import org.instantmirror.http.RangeSelection;
import org.jspecify.annotations.Nullable;

/**
 * How a representation answers one request: status, the fields that depend on the range, and the
 * pieces of the body. The order of evaluation is that of RFC 9110 section 13.2.2.
 *
 * @param status 200, 206, 304, 412 or 416
 * @param contentType null where there is no body
 * @param contentLength of the body a GET would get; -1 if it isn't known
 * @param contentRange the field, or empty
 * @param segments empty where there is no body
 */
record Rendition(
    int status,
    @Nullable String contentType,
    long contentLength,
    Optional<String> contentRange,
    List<Segment> segments) {

  Rendition {
    segments = List.copyOf(segments);
  }

  /**
   * Answers a GET or HEAD.
   *
   * @param conditions the client's
   * @param range the Range field; null for none, and for HEAD, where it has no meaning (section
   *     14.2)
   * @param length in bytes; -1 if it isn't known yet, which leaves ranges out
   * @param boundary for multipart answers
   */
  static Rendition of(
      ConditionalRequest conditions,
      @Nullable String range,
      Head head,
      long length,
      String contentType,
      String boundary) {
    switch (Preconditions.evaluate(conditions, head, true)) {
      case NOT_MODIFIED -> {
        return new Rendition(304, null, -1, Optional.empty(), List.of());
      }
      case PRECONDITION_FAILED -> {
        return new Rendition(412, null, 0, Optional.empty(), List.of());
      }
      case PROCEED -> {
        // On to the range.
      }
    }
    if (range == null || length < 0 || !IfRange.holds(conditions.ifRange(), head)) {
      return whole(length, contentType);
    }
    RangeSelection selection = RangeSelection.select(range, length);
    if (selection instanceof RangeSelection.Unsatisfiable) {
      return new Rendition(416, null, 0, Optional.of(ContentRange.unsatisfied(length)), List.of());
    }
    return selection instanceof RangeSelection.Parts parts
        ? partial(parts.ranges(), length, contentType, boundary)
        : whole(length, contentType);
  }

  private static Rendition whole(long length, String contentType) {
    return new Rendition(
        200,
        contentType,
        length,
        Optional.empty(),
        List.of(new Segment.Slice(0, length < 0 ? Long.MAX_VALUE : length)));
  }

  private static Rendition partial(
      List<ByteRange> ranges, long length, String contentType, String boundary) {
    if (ranges.size() == 1) {
      ByteRange only = ranges.get(0);
      return new Rendition(
          206,
          contentType,
          only.length(),
          Optional.of(new ContentRange(only.first(), only.last(), length).toString()),
          List.of(new Segment.Slice(only.first(), only.last() + 1)));
    }
    MultipartByteRanges parts = new MultipartByteRanges(ranges, length, contentType, boundary);
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      segments.add(new Segment.Bytes(parts.partHeader(i)));
      segments.add(new Segment.Slice(ranges.get(i).first(), ranges.get(i).last() + 1));
    }
    segments.add(new Segment.Bytes(parts.end()));
    return new Rendition(
        206, parts.contentType(), parts.contentLength(), Optional.empty(), segments);
  }

  /** The ranges of a 206, in the order in which they are sent; none of any other answer. */
  List<ByteRange> ranges() {
    return status != 206
        ? List.of()
        : segments.stream()
            .filter(Segment.Slice.class::isInstance)
            .map(Segment.Slice.class::cast)
            .map(slice -> new ByteRange(slice.first(), slice.end() - 1))
            .toList();
  }

  /** The only stretch of the file that is sent, if it is just one. */
  Optional<Segment.Slice> onlySlice() {
    return segments.size() == 1 && segments.get(0) instanceof Segment.Slice slice
        ? Optional.of(slice)
        : Optional.empty();
  }
}
