package org.instantmirror.web;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;

/** Tells a writer that its request has ended, so that it lets go of its source. */
record Leaving(BodyWriter writer) implements AsyncListener {

  @Override
  public void onComplete(AsyncEvent event) {
    writer.leave();
  }

  @Override
  public void onError(AsyncEvent event) {
    writer.leave();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    writer.leave();
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    // The next cycle of the same request has a listener of its own, or is none of the writer's.
  }
}
