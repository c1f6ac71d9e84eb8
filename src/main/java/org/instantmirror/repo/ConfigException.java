package org.instantmirror.repo;

/**
 * The configuration can't be used. The message is one line for the administrator: {@code FILE:LINE:
 * [section] key: what is wrong; what is allowed}, as far as each is known.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  /** A fault; control characters in the message become spaces, so that it stays one line. */
  public ConfigException(String message) {
    super(oneLine(message));
  }

  /** The message without line breaks and other control characters. */
  static String oneLine(String message) {
    return message.replaceAll("\\p{Cntrl}+", " ");
  }
}
