package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.instantmirror.download.ByteSource.Break;

/** Finds a way to go on with a response whose source broke. */
interface Recovery {

  /** Breaks the response off. */
  Recovery NONE = (reason, position) -> CompletableFuture.completedFuture(Optional.empty());

  /**
   * Answers the request anew, if the break gives reason to hope. The client has received nothing.
   *
   * @param release ends the writer, so that the request can be dispatched; false if it has ended
   *     already
   * @return whether it does
   */
  default boolean beginAnew(Break reason, AsyncContext async, BooleanSupplier release) {
    return false;
  }

  /**
   * Looks for another source.
   *
   * @param reason why it broke
   * @param position up to where the file has been sent
   */
  CompletableFuture<Optional<Body>> after(Break reason, long position);
}
