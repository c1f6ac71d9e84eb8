package org.instantmirror.http;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a client's {@code Cache-Control} demands of the mirror (RFC 9111 section 5.2.1). */
public final class CacheDirectives {

  // Either form of the argument is to be accepted (RFC 9111 section 5.2).
  private static final Pattern MAX_AGE_ZERO =
      Pattern.compile("max-age=(?:0+|\"0+\")", Pattern.CASE_INSENSITIVE);
  private static final Pattern NO_CACHE =
      Pattern.compile("no-cache(?:=.*)?", Pattern.CASE_INSENSITIVE);

  private CacheDirectives() {}

  /**
   * Whether upstream must be asked before a stored copy is served: {@code no-cache} or {@code
   * max-age=0}; {@code Pragma: no-cache} counts only without a Cache-Control (section 5.4). dnf
   * sends both with each {@code repomd.xml}. {@code no-store} demands nothing of the kind.
   *
   * @param cacheControl the field value, several lines joined with {@code ", "}; null if absent
   * @param pragma likewise
   */
  public static boolean noCache(@Nullable String cacheControl, @Nullable String pragma) {
    if (cacheControl != null) {
      return FieldList.members(cacheControl).stream()
          .anyMatch(
              directive ->
                  NO_CACHE.matcher(directive).matches()
                      || MAX_AGE_ZERO.matcher(directive).matches());
    }
    return pragma != null
        && FieldList.members(pragma).stream()
            .anyMatch(directive -> NO_CACHE.matcher(directive).matches());
  }
}
