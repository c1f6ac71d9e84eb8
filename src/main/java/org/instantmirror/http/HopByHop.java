package org.instantmirror.http;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Fields that belong to one connection and go no further (RFC 9110 section 7.6.1). */
public final class HopByHop {

  private static final String CONNECTION = "Connection";

  private static final SortedSet<String> NAMES =
      Collections.unmodifiableSortedSet(
          ignoringCase(
              List.of(
                  CONNECTION,
                  "Keep-Alive",
                  "Proxy-Connection",
                  "Proxy-Authenticate",
                  "Proxy-Authorization",
                  "TE",
                  "Trailer",
                  "Transfer-Encoding",
                  "Upgrade")));

  private HopByHop() {}

  /** Whether a field of this name, in any case, is hop-by-hop wherever it stands. */
  public static boolean isHopByHop(String fieldName) {
    return NAMES.contains(fieldName);
  }

  /**
   * The fields that may be passed on, in their order: all but those that are hop-by-hop by
   * themselves or because a {@code Connection} field names them.
   */
  public static List<Map.Entry<String, String>> endToEnd(List<Map.Entry<String, String>> fields) {
    Set<String> named =
        ignoringCase(
            fields.stream()
                .filter(field -> field.getKey().equalsIgnoreCase(CONNECTION))
                .flatMap(field -> FieldList.members(field.getValue()).stream())
                .toList());
    return fields.stream()
        .filter(field -> !isHopByHop(field.getKey()) && !named.contains(field.getKey()))
        .toList();
  }

  private static SortedSet<String> ignoringCase(Collection<String> names) {
    return names.stream()
        .collect(Collectors.toCollection(() -> new TreeSet<>(String.CASE_INSENSITIVE_ORDER)));
  }
}
