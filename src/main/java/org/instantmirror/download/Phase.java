package org.instantmirror.download;

/** Where a download stands. It moves forward only. */
public enum Phase {
  /** Waits for a place. A reader may wait for the opening, nothing else is known. */
  PENDING,
  /** Upstreams are being asked, one after another if need be. Nothing else is known. */
  HEADERS,
  /** Head and length are known and fixed; the bytes below {@code available} may be read. */
  STREAMING,
  /** All bytes are here and may be read; they are being forced and put into the tree. */
  VERIFYING,
  /** The file is in the tree. Its bytes stay readable to those who are attached. */
  COMMITTED,
  /** Upstream confirmed what is stored; there is nothing to read. */
  UNCHANGED,
  /** It ended without a file: missing, unreachable, broken, stopped. */
  FAILED;

  /** Whether it has ended. */
  public boolean isFinal() {
    return this == COMMITTED || this == UNCHANGED || this == FAILED;
  }
}
