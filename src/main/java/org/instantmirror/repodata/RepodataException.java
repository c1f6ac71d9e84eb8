package org.instantmirror.repodata;

import java.io.IOException;

/**
 * Repodata isn't what it should be: damaged, of an unknown form, or beyond a limit. Its message
 * says which file, where in it, and what. An {@link IOException} since it also comes out of streams
 * that decompress; one of another class is a fault of the stream that was read.
 */
public final class RepodataException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says of which file, where and what. */
  public RepodataException(String message) {
    super(message);
  }

  /** Says of which file, where and what. */
  public RepodataException(String message, Throwable cause) {
    super(message, cause);
  }
}
