package org.instantmirror.http;

import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a message tells whom it has passed (RFC 9110 section 7.6.3), and how we see that a request
 * has come back to us. The name is another one in each process: mirrors may well be chained.
 */
public final class Via {

  /** What stands for this process where a host would stand. */
  public static final String PSEUDONYM =
      "InstantMirror-" + String.format("%08x", new Random().nextInt());

  /** What this process adds to the messages that it sends on. */
  public static final String OWN = "1.1 " + PSEUDONYM;

  private Via() {}

  /**
   * Whether the message has passed this process.
   *
   * @param field all values of the field, joined by commas; null if there is none
   */
  public static boolean isLoop(@Nullable String field) {
    return field != null
        && Stream.of(field.toLowerCase(Locale.ROOT).split("[,\\s]+", -1))
            .anyMatch(PSEUDONYM.toLowerCase(Locale.ROOT)::equals);
  }
}
