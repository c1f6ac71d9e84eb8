package org.instantmirror.download;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.instantmirror.http.ByteRange;
import org.instantmirror.upstream.Upstream;

/** Which mirror has brought which bytes of a file. Thread-safe. */
final class Contributions {

  /** As they came; guarded by this. */
  private final List<Piece> pieces = new ArrayList<>();

  private record Piece(Upstream upstream, ByteRange range) {}

  /** A mirror has brought these. */
  synchronized void add(Upstream upstream, ByteRange range) {
    int last = pieces.size() - 1;
    Piece before = last < 0 ? null : pieces.get(last);
    if (before != null
        && before.upstream.equals(upstream)
        && before.range.last() + 1 == range.first()) {
      pieces.set(last, new Piece(upstream, new ByteRange(before.range.first(), range.last())));
    } else {
      pieces.add(new Piece(upstream, range));
    }
  }

  /** Whether a mirror has brought so many bytes, and nobody else any. */
  synchronized boolean isAllOf(Upstream upstream, long length) {
    return pieces.stream().allMatch(piece -> piece.upstream.equals(upstream))
        && pieces.stream().mapToLong(piece -> piece.range.length()).sum() == length;
  }

  /** What each has brought, in order. */
  synchronized Map<Upstream, List<ByteRange>> byUpstream() {
    return pieces.stream()
        .sorted(Comparator.comparingLong(piece -> piece.range.first()))
        .collect(
            Collectors.groupingBy(
                Piece::upstream, Collectors.mapping(Piece::range, Collectors.toList())));
  }
}
