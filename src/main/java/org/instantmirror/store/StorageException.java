package org.instantmirror.store;

import java.io.IOException;

/**
 * The cache directory can't take what is to be written: disk full, read-only, I/O error, a name the
 * file system refuses. Nothing that was stored before is lost by it.
 */
public final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what could not be done, to which path, and what to do. */
  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Says what could not be done, to which path, and what to do. */
  public StorageException(String message) {
    super(message);
  }
}
