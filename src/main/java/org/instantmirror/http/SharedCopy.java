package org.instantmirror.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether what one client got may be kept, and given to others (RFC 9111 section 3). Pure.
 *
 * <p>It is stricter than that: an answer to a request with credentials is kept by nobody, whatever
 * it says ({@code public} in section 3.5), nor is one that sets a cookie, or of which there is
 * another one for other clients (section 4.1), since only one of each is kept here.
 */
public final class SharedCopy {

  private SharedCopy() {}

  /**
   * What forbids it in an answer, for the log.
   *
   * @param fields the answer's, as they came
   * @return empty if nothing does
   */
  public static Optional<String> objection(List<Map.Entry<String, String>> fields) {
    for (Map.Entry<String, String> field : fields) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      boolean forbids =
          switch (name) {
            // With a list of fields, private concerns these; nothing tells them apart here.
            case "cache-control" -> hasDirective(field.getValue(), "no-store", "private");
            case "vary" ->
                // A content coding is never asked for.
                FieldList.members(field.getValue()).stream()
                    .anyMatch(each -> !each.equalsIgnoreCase("Accept-Encoding"));
            case "set-cookie", "set-cookie2" -> true;
            default -> false;
          };
      if (forbids) {
        // A cookie's value is nobody's business.
        return Optional.of(
            name.startsWith("set-cookie")
                ? "it sets a cookie"
                : field.getKey() + ": " + field.getValue());
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a request is its sender's own: with credentials or a cookie, or the wish that nothing
   * of it be kept.
   *
   * @param fields all values of a field, joined by commas; null if there is none
   */
  public static boolean isOwn(Function<String, @Nullable String> fields) {
    String cacheControl = fields.apply("Cache-Control");
    return fields.apply("Authorization") != null
        || fields.apply("Cookie") != null
        || (cacheControl != null && hasDirective(cacheControl, "no-store"));
  }

  private static boolean hasDirective(String field, String... names) {
    return FieldList.members(field).stream()
        .map(member -> member.split("=", 2)[0].strip())
        .anyMatch(directive -> List.of(names).contains(directive.toLowerCase(Locale.ROOT)));
  }
}
