package org.instantmirror.store;

/**
 * While it is open the calling thread's interrupt waits: an interrupted thread closes each {@link
 * java.nio.channels.InterruptibleChannel} it touches, and would so break a commit half-way.
 */
final class Uninterrupted implements AutoCloseable {
  private final boolean interrupted = Thread.interrupted();

  @Override
  public void close() {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
