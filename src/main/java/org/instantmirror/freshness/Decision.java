package org.instantmirror.freshness;

/**
 * What to do with a request for a file that is ours.
 *
 * @param action serve, ask upstream, or fetch
 * @param reason why; for logs, {@code Cache-Status} and explanations
 */
public record Decision(Action action, Reason reason) {

  /** What to do. */
  public enum Action {
    /** Serve what is stored without asking. */
    SERVE,
    /** Ask upstream whether what is stored still holds. */
    VALIDATE,
    /** Hash what is stored, and serve it if it is what repodata lists; else get it. */
    VERIFY,
    /** Nothing is stored that could be served: get it. */
    FETCH
  }

  /** Why. */
  public enum Reason {
    /** Nothing is stored. */
    NOT_STORED(Action.FETCH),
    /** What is stored is another file than repodata lists now, rebuilt or signed again. */
    SUPERSEDED(Action.FETCH),
    /** Its checksum is the one that repodata lists now. */
    LISTED(Action.SERVE),
    /** Repodata lists a checksum, and nobody has looked whether the stored file has it. */
    NOT_VERIFIED(Action.VERIFY),
    /** Its lifetime has not passed since the last check. */
    WITHIN_LIFETIME(Action.SERVE),
    /** {@code package_expire = never}. */
    NAME_TRUSTED(Action.SERVE),
    /** The client says no-cache, but the last check is less than a second old. */
    JUST_CHECKED(Action.SERVE),
    /** A check is due, but the last one, less than a second ago, came to nothing. */
    CHECK_FAILED(Action.SERVE),
    /** Its lifetime has passed. */
    EXPIRED(Action.VALIDATE),
    /** The client says no-cache. */
    CLIENT_ASKS(Action.VALIDATE),
    /** Nobody has confirmed that this file is upstream's. */
    UNCONFIRMED(Action.VALIDATE),
    /** The last check lies in the future: a clock was wrong. */
    CHECKED_IN_FUTURE(Action.VALIDATE);

    private final Action action;

    Reason(Action action) {
      this.action = action;
    }
  }

  /** The decision that goes with a reason. */
  static Decision because(Reason reason) {
    return new Decision(reason.action, reason);
  }
}
