package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.instantmirror.repo.AddressRange;
import org.instantmirror.repo.ConfigKey;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call that changes something is taken: from {@code admin_clients} only, and not where a
 * web page of somebody else may have made an administrator's browser send it. Immutable.
 *
 * <p>A browser asks before it sends another site's DELETE, and gets no leave here, since no answer
 * has CORS fields; what follows is for those that don't ask, and for a POST, which a form may send.
 * A name that somebody has bound to a loopback address for the purpose (DNS rebinding) makes their
 * page the same site as ours; so a loopback client must have named us by an address, or as
 * localhost.
 */
final class AdminGate {

  private static final List<String> FORWARDED =
      List.of("X-Forwarded-For", "Forwarded", "X-Real-IP");

  private final ConfigKey key;
  private final Supplier<List<AddressRange>> clients;

  /**
   * @param clients as they are configured when asked
   */
  AdminGate(Supplier<List<AddressRange>> clients) {
    this(ConfigKey.ADMIN_CLIENTS, clients);
  }

  /**
   * The same for other clients.
   *
   * @param key what they are configured by
   */
  AdminGate(ConfigKey key, Supplier<List<AddressRange>> clients) {
    this.key = key;
    this.clients = clients;
  }

  /**
   * Who calls, as far as it matters.
   *
   * @param address as the container tells it
   * @param host the field Host
   * @param origin the field Origin; browsers send it with every DELETE and POST
   * @param site the field Sec-Fetch-Site
   * @param forwarded whether a proxy says that it speaks for somebody else; a container that is
   *     told to see through it takes that away
   */
  record Caller(
      String address,
      @Nullable String host,
      @Nullable String origin,
      @Nullable String site,
      boolean forwarded) {

    static Caller of(HttpServletRequest request) {
      return new Caller(
          request.getRemoteAddr(),
          request.getHeader("Host"),
          request.getHeader("Origin"),
          request.getHeader("Sec-Fetch-Site"),
          FORWARDED.stream().anyMatch(name -> request.getHeader(name) != null));
    }
  }

  /** Why the call isn't taken, in a sentence; empty if it is. */
  Optional<String> refusal(Caller caller) {
    if (clients.get().stream().noneMatch(range -> range.contains(caller.address))) {
      return Optional.of(
          "Such a call is taken from "
              + key.key()
              + " only, and "
              + caller.address
              + " is none of them.");
    }
    boolean loopback = AddressRange.isLoopback(caller.address);
    if (loopback && caller.forwarded) {
      return Optional.of(
          "The call came through a proxy on this machine that the server isn't told to see through:"
              + " anybody might have sent it.");
    }
    boolean otherSite =
        caller.site != null && !caller.site.equals("same-origin") && !caller.site.equals("none");
    if (otherSite || !isOwn(caller.origin, caller.host)) {
      return Optional.of("A web page of another site has sent it.");
    }
    if (loopback && !isSafeName(caller.host)) {
      return Optional.of(
          "From this machine such a call is taken under an address or as localhost only, as in"
              + " http://localhost:8080/.");
    }
    return Optional.empty();
  }

  /** The scheme isn't compared: behind a proxy with TLS ours is another than the browser's. */
  private static boolean isOwn(@Nullable String origin, @Nullable String host) {
    if (origin == null) {
      return true;
    }
    int authority = origin.indexOf("://");
    return host != null && authority > 0 && origin.substring(authority + 3).equalsIgnoreCase(host);
  }

  /** Nobody else can make such a name lead here. */
  private static boolean isSafeName(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String name = host.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
    if (name.startsWith("[") && name.endsWith("]")) {
      return AddressRange.isAddress(name.substring(1, name.length() - 1));
    }
    return name.equals("localhost") || (name.indexOf(':') < 0 && AddressRange.isAddress(name));
  }
}
