package org.instantmirror.repo;

/** A request names a path that no file of a mirror can have. Its message is fit for the client. */
public final class BadPathException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong with the path, without repeating it. */
  public BadPathException(String message) {
    super(message);
  }
}
