package org.instantmirror.http;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entity tag (RFC 9110 section 8.8.3).
 *
 * @param opaque what stands between the quotes
 * @param weak whether it was marked {@code W/}
 */
public record EntityTag(String opaque, boolean weak) {

  /** Parses one field value; anything that is not exactly one entity tag counts as absent. */
  public static Optional<EntityTag> parse(@Nullable String field) {
    throw new UnsupportedOperationException(String.valueOf(field));
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
}
