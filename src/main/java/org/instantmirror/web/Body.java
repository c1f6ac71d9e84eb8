package org.instantmirror.web;

import java.util.List;
import org.instantmirror.download.ByteSource;

/**
 * A response's body: pieces, and where their bytes come from.
 *
 * @param source closed when the body has been sent or given up
 * @param segments in the order in which they are sent
 */
record Body(ByteSource source, List<Segment> segments) {
  Body {
    segments = List.copyOf(segments);
  }
}
