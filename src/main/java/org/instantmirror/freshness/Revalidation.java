package org.instantmirror.freshness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instantmirror.http.Head;
import org.instantmirror.http.HttpDate;

/**
 * How upstream is asked whether a stored response still holds.
 *
 * @param byHead ask with HEAD and compare what it says, because there is nothing to make a
 *     condition of, or the file is unconfirmed
 * @param conditions the fields of a conditional GET
 */
public record Revalidation(boolean byHead, List<Map.Entry<String, String>> conditions) {

  /** Copies the list. */
  public Revalidation {
    conditions = List.copyOf(conditions);
  }

  /**
   * The question for one upstream (RFC 9111 section 4.3.1).
   *
   * @param sameServer whether the stored response came from this base URL; otherwise its entity tag
   *     means nothing there
   */
  public static Revalidation of(StoredResponse stored, boolean sameServer) {
    List<Map.Entry<String, String>> conditions = new ArrayList<>();
    Head head = stored.head();
    if (stored.confirmed()) {
      if (sameServer && head.etag() != null) {
        conditions.add(Map.entry("If-None-Match", head.etag().toString()));
      }
      if (head.lastModified() != null) {
        conditions.add(Map.entry("If-Modified-Since", HttpDate.format(head.lastModified())));
      }
    }
    return new Revalidation(conditions.isEmpty(), conditions);
  }
}
