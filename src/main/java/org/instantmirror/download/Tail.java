package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.instantmirror.store.PartialEntry;
import org.jspecify.annotations.Nullable;

/** Reads a download while it grows. */
final class Tail implements ByteSource {

  private final Download download;
  private final PartialEntry.Reader reader;
  private final AtomicReference<@Nullable Runnable> wake = new AtomicReference<>();

  Tail(Download download, PartialEntry.Reader reader) {
    this.download = download;
    this.reader = reader;
  }

  @Override
  public State state() {
    return download.state();
  }

  @Override
  public @Nullable Break reason() {
    return download.broken().orElse(null);
  }

  @Override
  public long available() {
    return download.available();
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return reader.read(target, position);
  }

  @Override
  public void whenChanged(Runnable newWake) {
    wake.set(newWake);
  }

  /** Wakes the reader if it waits. */
  void signal() {
    if (wake.get() != null) {
      Runnable waiting = wake.getAndSet(null);
      if (waiting != null) {
        waiting.run();
      }
    }
  }

  @Override
  public void close() {
    download.forget(this);
    wake.set(null);
    reader.close();
  }
}
