package org.instantmirror.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.instantmirror.store.PartialEntry;
import org.jspecify.annotations.Nullable;

/** Reads a download while it grows. */
final class Tail implements ByteSource {

  private final Download download;

  // For the reader, one thread at a time.
  private PartialEntry entry;
  private PartialEntry.Reader reader;

  private final AtomicReference<@Nullable Waiting> waiting = new AtomicReference<>();

  private record Waiting(long position, Runnable wake) {}

  /** Of the bytes that the download has now, or may have from another entry later. */
  Tail(Download download) throws IOException {
    this.download = download;
    this.entry = download.entry();
    this.reader = entry.openReader();
  }

  /** What it reads. */
  Download download() {
    return download;
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
  public long available(long position) {
    return download.available();
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    PartialEntry now = download.entry();
    if (now != entry) {
      PartialEntry.Reader next = now.openReader();
      reader.close();
      reader = next;
      entry = now;
    }
    return reader.read(target, position);
  }

  @Override
  public void whenChanged(long position, Runnable wake) {
    waiting.set(new Waiting(position, wake));
  }

  /** Wakes the reader if it waits for what has come, or something has ended. */
  void signal() {
    Waiting reached = waiting.get();
    if (reached == null || (reached.position >= download.available() && state() == State.GROWING)) {
      return;
    }
    // Somebody else may have been faster, or the reader may wait further ahead by now.
    if (waiting.compareAndSet(reached, null)) {
      reached.wake.run();
    }
  }

  @Override
  public void close() {
    download.forget(this);
    waiting.set(null);
    reader.close();
  }
}
