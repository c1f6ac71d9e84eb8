package org.instantmirror.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entity tag (RFC 9110 section 8.8.3).
 *
 * @param opaque what stands between the quotes
 * @param weak whether it was marked {@code W/}
 */
public record EntityTag(String opaque, boolean weak) {

  private static final String WEAK_MARK = "W/";

  /** Parses one field value; anything that is not exactly one entity tag counts as absent. */
  public static Optional<EntityTag> parse(@Nullable String field) {
    if (field == null) {
      return Optional.empty();
    }
    String tag = field.strip();
    int end = endOfTag(tag, 0);
    return end == tag.length() ? Optional.of(tagBetween(tag, 0, end)) : Optional.empty();
  }

  /**
   * Parses a list as in {@code If-Match} and {@code If-None-Match} (sections 13.1.1 and 13.1.2).
   * Commas inside the quotes belong to the tag. Members that are no entity tag are left out, so
   * that one bad member doesn't hide the good ones: it could match nothing anyway.
   *
   * @param field the field value, several lines joined with {@code ", "}
   * @return the tags in the order of the field, perhaps none
   */
  public static List<EntityTag> parseList(String field) {
    List<EntityTag> tags = new ArrayList<>();
    int at = skipSeparators(field, 0);
    while (at < field.length()) {
      int end = endOfTag(field, at);
      if (end > at && isEndOfMember(field, end)) {
        tags.add(tagBetween(field, at, end));
        at = end;
      } else {
        int comma = field.indexOf(',', at);
        at = comma < 0 ? field.length() : comma;
      }
      at = skipSeparators(field, at);
    }
    return List.copyOf(tags);
  }

  /** Strong comparison (section 8.8.3.2): both strong and the same characters. */
  public boolean strongMatches(EntityTag other) {
    return !weak && !other.weak && opaque.equals(other.opaque);
  }

  /** Weak comparison (section 8.8.3.2): the same characters. */
  public boolean weakMatches(EntityTag other) {
    return opaque.equals(other.opaque);
  }

  /** The field value, quotes included. */
  @Override
  public String toString() {
    return (weak ? "W/\"" : "\"") + opaque + '"';
  }

  /**
   * Where the entity tag that begins at {@code start} ends (exclusive); -1 if none begins there.
   */
  private static int endOfTag(String text, int start) {
    int at = text.startsWith(WEAK_MARK, start) ? start + WEAK_MARK.length() : start;
    if (at >= text.length() || text.charAt(at) != '"') {
      return -1;
    }
    do {
      at++;
    } while (at < text.length() && isEtagc(text.charAt(at)));
    return at < text.length() && text.charAt(at) == '"' ? at + 1 : -1;
  }

  private static EntityTag tagBetween(String text, int start, int end) {
    boolean weak = text.startsWith(WEAK_MARK, start);
    int opening = weak ? start + WEAK_MARK.length() : start;
    return new EntityTag(text.substring(opening + 1, end - 1), weak);
  }

  /** The rule {@code etagc}: no space, no quote, no control character; a backslash is itself. */
  private static boolean isEtagc(char c) {
    return c == 0x21 || (c >= 0x23 && c <= 0x7e) || c >= 0x80;
  }

  private static boolean isEndOfMember(String field, int at) {
    int next = at;
    while (next < field.length() && isBlank(field.charAt(next))) {
      next++;
    }
    return next == field.length() || field.charAt(next) == ',';
  }

  private static int skipSeparators(String field, int at) {
    int next = at;
    while (next < field.length() && (isBlank(field.charAt(next)) || field.charAt(next) == ',')) {
      next++;
    }
    return next;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
