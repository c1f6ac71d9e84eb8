package org.instantmirror.mirror;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.instantmirror.download.ByteSource;

/** What upstream answered to a passed-through request, or why there is no answer. */
public sealed interface PassThroughAnswer {

  /**
   * Upstream's answer.
   *
   * @param status upstream's
   * @param fields upstream's end-to-end fields, in order
   * @param length of the body, or -1
   * @param endIsCertain false where upstream ends the body by closing the connection
   * @param toFolder whether upstream redirected to the same path with a slash at its end: a client
   *     must be told, or the links of a folder's index lead astray
   * @param body to be closed by whoever serves it
   */
  record Relayed(
      int status,
      List<Map.Entry<String, String>> fields,
      long length,
      boolean endIsCertain,
      boolean toFolder,
      URI effectiveUri,
      ByteSource body)
      implements PassThroughAnswer {

    /** Copies the list. */
    public Relayed {
      fields = List.copyOf(fields);
    }
  }

  /**
   * There is none.
   *
   * @param status 502, 503 or 504
   * @param message for the client
   */
  record Unavailable(int status, String message) implements PassThroughAnswer {}
}
