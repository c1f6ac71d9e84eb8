package org.instantmirror.upstream;

/** What bytes from upstream are wanted for. */
public enum Urgency {
  /** Clients wait for them, or a new generation does. */
  INTERACTIVE,
  /** Nobody has asked for them yet. */
  AHEAD
}
