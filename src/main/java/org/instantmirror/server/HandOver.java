package org.instantmirror.server;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.instantmirror.repo.AddressRange;
import org.jspecify.annotations.Nullable;

/**
 * How the forward proxy hands a request to the engine: over a connector that listens on a loopback
 * address only, in a field that names the client after a secret of this process. So no other
 * program of this machine, and no client, can speak for an address that isn't its own. Immutable.
 */
final class HandOver {

  static final String FIELD = "X-InstantMirror-Client";

  /** What stands for the connector where a host would stand; nobody else can have it (RFC 6761). */
  static final String HOST = "engine.instantmirror.invalid";

  private final String secret;

  HandOver() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.secret = HexFormat.of().formatHex(random);
  }

  /** Where the connector listens. */
  static InetAddress address() {
    return InetAddress.getLoopbackAddress();
  }

  /** The field's value for a client. */
  String field(String client) {
    return secret + " " + client;
  }

  /** The client that a field names; empty if it isn't by us. */
  Optional<String> client(@Nullable String field) {
    int space = field == null ? -1 : field.indexOf(' ');
    if (field == null || space < 0) {
      return Optional.empty();
    }
    byte[] given = field.substring(0, space).getBytes(StandardCharsets.UTF_8);
    // In constant time.
    boolean ours = MessageDigest.isEqual(given, secret.getBytes(StandardCharsets.UTF_8));
    return Optional.of(field.substring(space + 1)).filter(c -> ours && AddressRange.isAddress(c));
  }
}
