package org.instantmirror.http;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether the ranges of a request may be served (RFC 9110 section 13.1.5). */
public final class IfRange {

  private IfRange() {}

  /**
   * Whether the client's part is of this representation. If not, the Range field is ignored and the
   * whole is sent: a client would otherwise join bytes of two files.
   *
   * @param ifRange the field value; null (no such field) holds always. What is neither an entity
   *     tag nor a date doesn't hold
   * @param head the validators of the representation that would be sent
   */
  public static boolean holds(@Nullable String ifRange, Head head) {
    if (ifRange == null) {
      return true;
    }
    Optional<EntityTag> required = EntityTag.parse(ifRange);
    if (required.isPresent()) {
      return head.etag() != null && head.etag().strongMatches(required.get());
    }
    Instant lastModified = head.lastModified();
    return lastModified != null
        && head.hasStrongLastModified()
        && HttpDate.parse(ifRange)
            .filter(date -> date.getEpochSecond() == lastModified.getEpochSecond())
            .isPresent();
  }
}
