package org.instantmirror.repo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;

/**
 * What a web server in front says to be believed, and nobody else knows: from an address alone the
 * mirror can't tell it from its clients, once the container sees through it. A value; it doesn't
 * show itself.
 *
 * @param secret 16 to 200 letters, digits and {@code _.-}
 */
public record FrontKey(String secret) {

  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_.-]{16,200}");

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if it is too short, or can't stand in a header field; the
   *     message doesn't repeat it
   */
  public FrontKey {
    if (!ALLOWED.matcher(secret).matches()) {
      throw new IllegalArgumentException(
          "not a key; allowed are 16 to 200 letters, digits and _.-, such as 'openssl rand -hex 16'"
              + " makes");
    }
  }

  /** Whether somebody who says this knows the key; takes as long for a near miss as for any. */
  public boolean isKnownBy(String said) {
    return MessageDigest.isEqual(
        secret.getBytes(StandardCharsets.UTF_8), said.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "FrontKey[...]";
  }
}
