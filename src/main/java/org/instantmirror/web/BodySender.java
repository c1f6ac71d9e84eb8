package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Sends bodies without holding the container's threads.
 *
 * @param threads write them; few, as they only copy from the page cache to sockets that take more
 */
record BodySender(Executor threads) {

  private static final BodyWriter.Recovery NONE =
      (reason, position) -> CompletableFuture.completedFuture(Optional.empty());

  /** Sends a body that is broken off where its source breaks. */
  void send(HttpServletRequest request, HttpServletResponse response, Body body)
      throws IOException {
    send(request, response, body, NONE);
  }

  /** Sends a body, going on with another where its source breaks and there is one. */
  void send(
      HttpServletRequest request,
      HttpServletResponse response,
      Body body,
      BodyWriter.Recovery recovery)
      throws IOException {
    AsyncContext async = request.startAsync();
    async.setTimeout(0);
    BodyWriter writer =
        new BodyWriter(
            async, response.getOutputStream(), body, RequestRecord.of(request), recovery, threads);
    async.addListener(new Leaving(writer));
    response.getOutputStream().setWriteListener(writer);
  }

  private record Leaving(BodyWriter writer) implements AsyncListener {
    @Override
    public void onComplete(AsyncEvent event) {
      writer.gone();
    }

    @Override
    public void onError(AsyncEvent event) {
      writer.gone();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      writer.gone();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      // The writer's own cycle is over.
    }
  }
}
