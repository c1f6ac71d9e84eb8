package org.instantmirror.web;

import java.io.IOException;

/** Makes the container close a connection whose response can't be completed. */
final class BrokenTransferException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenTransferException() {
    super("upstream's transfer broke; so does this one");
  }

  /** Not worth a stack trace: it tells nothing, and is thrown once for each client. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
