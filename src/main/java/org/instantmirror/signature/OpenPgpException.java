package org.instantmirror.signature;

/** Something isn't what OpenPGP says, or beyond a limit. Its message says what, in few words. */
public final class OpenPgpException extends Exception {
  private static final long serialVersionUID = 1L;

  OpenPgpException(String message) {
    super(message);
  }

  OpenPgpException(String message, Throwable cause) {
    super(message, cause);
  }
}
