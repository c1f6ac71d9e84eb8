package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/**
 * The cache directory can't take what is to be written: disk full, read-only, I/O error, a name the
 * file system refuses. Nothing that was stored before is lost by it.
 */
public final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What stands in the way. */
  public enum Reason {
    /** The disk is full, or has less than the limit free. */
    NO_SPACE(true),
    /** There is space, but not for a file of this length. */
    DOES_NOT_FIT(false),
    /** The cache directory can't be written. */
    NOT_WRITABLE(true),
    /** The folder of this one file can't be written, or is on another file system. */
    READ_ONLY(false),
    /** The file system can't hold a file of that name, or the name collides with another. */
    NAME(false),
    /** Any other error of the disk. */
    IO(true),
    /** The index can't be written; files can. */
    INDEX(false),
    /** Another process uses the cache directory. */
    IN_USE(true);

    private final boolean ofStore;

    Reason(boolean ofStore) {
      this.ofStore = ofStore;
    }

    /**
     * Whether it keeps every new file from being stored, so that {@link Store#fault} reports it;
     * else it is about one file only, or about the index.
     */
    public boolean ofStore() {
      return ofStore;
    }
  }

  private final Reason reason;

  /** Says what could not be done, to which path, and what to do. */
  public StorageException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Says what could not be done, to which path, and what to do. */
  public StorageException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** As with {@link Reason#IO}. */
  public StorageException(String message, Throwable cause) {
    this(Reason.IO, message, cause);
  }

  /** As with {@link Reason#IO}. */
  public StorageException(String message) {
    this(Reason.IO, message);
  }

  /** What stands in the way. */
  public Reason reason() {
    return reason;
  }

  /** What the file system's exception means. */
  static StorageException of(String what, Path path, IOException cause) {
    return cause instanceof StorageException same
        ? same
        : new StorageException(
            reasonOf(cause), what + " '" + path + "': " + describe(cause), cause);
  }

  private static Reason reasonOf(IOException cause) {
    // The JDK has no exception types for these; it passes on strerror(3).
    String message = String.valueOf(cause.getMessage());
    if (message.contains("No space left") || message.contains("quota exceeded")) {
      return Reason.NO_SPACE;
    }
    if (cause instanceof AccessDeniedException
        || message.contains("Read-only file system")
        || message.contains("Operation not permitted")) {
      return Reason.NOT_WRITABLE;
    }
    return message.contains("name too long")
            || message.contains("s a directory")
            || message.contains("ot a directory")
        ? Reason.NAME
        : Reason.IO;
  }

  private static String describe(IOException cause) {
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
