package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.instantmirror.store.PartialEntry;
import org.jspecify.annotations.Nullable;

/** Reads a download while it grows. */
final class Tail implements ByteSource {

  private final Download download;
  private final PartialEntry.Reader reader;
  private final Executor wakeUps;
  private final AtomicReference<@Nullable Runnable> wake = new AtomicReference<>();

  Tail(Download download, PartialEntry.Reader reader, Executor wakeUps) {
    this.download = download;
    this.reader = reader;
    this.wakeUps = wakeUps;
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

  /** Called by the transfer's thread, which must not do a reader's work. */
  void signal() {
    if (wake.get() != null) {
      Runnable waiting = wake.getAndSet(null);
      if (waiting != null) {
        wakeUps.execute(waiting);
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
