package org.instantmirror.server;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.instantmirror.http.Via;
import org.instantmirror.mirror.AbsoluteUrls;
import org.instantmirror.repo.BadPathException;
import org.instantmirror.repo.RequestPath;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a request to the forward proxy, which is no open one. Reads no clock and
 * asks no name server. Thread-safe.
 */
final class ProxyGate {

  private static final Set<String> READING = Set.of("GET", "HEAD");

  /** With these a request is its sender's own, or has a body that would be lost. */
  private static final List<String> NOT_SHARED =
      List.of("Authorization", "Cookie", "Transfer-Encoding", "Upgrade");

  private final AbsoluteUrls urls;

  ProxyGate(AbsoluteUrls urls) {
    this.urls = urls;
  }

  /** What becomes of a request. */
  sealed interface Verdict {

    /** The mirror answers it. */
    record Ours(ProxyTarget target) implements Verdict {}

    /** It is sent on, and so is its answer. */
    record SentOn(ProxyTarget target) implements Verdict {}

    /** A tunnel is wanted. */
    record Tunnel(ProxyTarget target) implements Verdict {}

    /** It is answered with that status. */
    record Refused(int status, String why) implements Verdict {}
  }

  /**
   * Judges a request.
   *
   * @param target as it stands in the request line
   * @param fields all values of a field, joined by commas; null if there is none
   * @param client the address of the one who asks
   */
  Verdict judge(
      String method, String target, Function<String, @Nullable String> fields, String client) {
    if (urls.settings().clients().stream().noneMatch(range -> range.contains(client))) {
      return new Verdict.Refused(403, client + " is none of proxy_clients.");
    }
    if (Via.isLoop(fields.apply("Via"))) {
      return new Verdict.Refused(508, "This request has been here before (Via).");
    }
    if (method.equals("CONNECT")) {
      return ProxyTarget.ofAuthority(target)
          .map(wanted -> refusal(wanted).orElseGet(() -> new Verdict.Tunnel(wanted)))
          .orElseGet(() -> new Verdict.Refused(400, "CONNECT wants host:port."));
    }
    return ProxyTarget.ofUrl(target)
        .map(wanted -> judge(method, target, wanted, fields))
        .orElseGet(
            () ->
                new Verdict.Refused(
                    400, "This is a proxy: it takes http://host/path and CONNECT."));
  }

  private Verdict judge(
      String method, String target, ProxyTarget wanted, Function<String, @Nullable String> fields) {
    if (READING.contains(method)) {
      urls.sawRequest(target);
      if (wanted.query() == null && isShared(fields) && isOurs(wanted)) {
        return new Verdict.Ours(wanted);
      }
    }
    return refusal(wanted).orElseGet(() -> new Verdict.SentOn(wanted));
  }

  private Optional<Verdict> refusal(ProxyTarget wanted) {
    return urls.refusal(wanted.host(), wanted.port()).map(why -> new Verdict.Refused(403, why));
  }

  private static boolean isShared(Function<String, @Nullable String> fields) {
    String length = fields.apply("Content-Length");
    return NOT_SHARED.stream().allMatch(name -> fields.apply(name) == null)
        && (length == null || length.equals("0"));
  }

  private boolean isOurs(ProxyTarget wanted) {
    try {
      return urls.isOurs(wanted.host(), wanted.port(), RequestPath.decode(wanted.path()));
    } catch (BadPathException odd) {
      // Upstream may know such a name; we couldn't store it.
      return false;
    }
  }
}
