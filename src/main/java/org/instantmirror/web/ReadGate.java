package org.instantmirror.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.function.Predicate;
import org.instantmirror.repo.Access;
import org.instantmirror.repo.Repo;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client may read a repository: by its address as the container tells it, and by its user
 * in the container's realm. Immutable.
 */
final class ReadGate {

  private final AdminGate admins;

  /**
   * @param admins these may look at everything by the API, since they may drop it
   */
  ReadGate(AdminGate admins) {
    this.admins = admins;
  }

  /** What is to be done with a request. */
  enum Verdict {
    MAY,
    MAY_NOT,
    /** It has to say who it is. */
    UNKNOWN
  }

  /**
   * Judges.
   *
   * @param user null for a client that hasn't said who it is
   * @param inRole of that user
   */
  static Verdict judge(
      Access access, String address, @Nullable String user, Predicate<String> inRole) {
    if (!access.allows(address)) {
      // Not even asked for a name: it would be in vain.
      return Verdict.MAY_NOT;
    }
    if (!access.wantsUser()) {
      return Verdict.MAY;
    }
    if (user == null) {
      return Verdict.UNKNOWN;
    }
    boolean named = access.users().contains(user) || access.roles().stream().anyMatch(inRole);
    return named ? Verdict.MAY : Verdict.MAY_NOT;
  }

  private static Verdict judge(HttpServletRequest request, Repo repo) {
    Principal user = request.getUserPrincipal();
    return judge(
        repo.access(),
        request.getRemoteAddr(),
        user == null ? null : user.getName(),
        request::isUserInRole);
  }

  /** Lets a request for a file of the repository pass, or answers it with 401 or 403. */
  boolean admits(HttpServletRequest request, HttpServletResponse response, Repo repo)
      throws IOException, ServletException {
    Verdict verdict = judge(request, repo);
    if (verdict == Verdict.UNKNOWN) {
      if (!request.authenticate(response)) {
        // The container has answered, with the challenge of the mechanism that it has.
        return false;
      }
      verdict = judge(request, repo);
    }
    if (verdict == Verdict.MAY) {
      return true;
    }
    // UNKNOWN still: the container has no way of asking.
    PlainAnswer.send(request, response, 403, "You may not read this repository.");
    return false;
  }

  /**
   * The same where nobody can be asked for a name: credentials of a request for an upstream's URL
   * are that upstream's.
   */
  boolean admitsUnasked(HttpServletRequest request, HttpServletResponse response, Repo repo)
      throws IOException {
    Verdict verdict = judge(request, repo);
    if (verdict == Verdict.MAY) {
      return true;
    }
    PlainAnswer.send(
        request,
        response,
        403,
        verdict == Verdict.UNKNOWN
            ? "This repository is for users with a name: ask for it below /mirror/, not by its URL."
            : "You may not read this repository.");
    return false;
  }

  /**
   * Which repositories a call of the API may tell of. Nobody is asked for a name, but one that is
   * given must be good.
   *
   * @return null if the request has been answered with 401
   */
  @Nullable Predicate<Repo> shown(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (admins.refusal(AdminGate.Caller.of(request)).isEmpty()) {
      return repo -> true;
    }
    try {
      if (request.getHeader("Authorization") != null
          && request.getUserPrincipal() == null
          && !request.authenticate(response)) {
        return null;
      }
    } catch (ServletException e) {
      throw new IOException(e);
    }
    return repo -> judge(request, repo) == Verdict.MAY;
  }
}
