package org.instantmirror.repodata;

import java.io.IOException;

/** Takes what a reader finds, one after the other, while it reads. */
@FunctionalInterface
public interface Sink<T> {

  /**
   * Takes the next; the reader goes on when it returns.
   *
   * @throws IOException to end the reading; the reader passes it on as it is
   */
  void accept(T found) throws IOException;
}
