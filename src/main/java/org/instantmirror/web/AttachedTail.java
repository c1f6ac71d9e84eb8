package org.instantmirror.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.instantmirror.download.Attachment;
import org.instantmirror.download.ByteSource;
import org.jspecify.annotations.Nullable;

/** A tail that gives its client's place at the download back when it is closed. */
record AttachedTail(ByteSource tail, Attachment attachment) implements ByteSource {

  @Override
  public State state() {
    return tail.state();
  }

  @Override
  public @Nullable Break reason() {
    return tail.reason();
  }

  @Override
  public long available(long position) {
    return tail.available(position);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return tail.read(target, position);
  }

  @Override
  public void whenChanged(long position, Runnable wake) {
    tail.whenChanged(position, wake);
  }

  @Override
  public void close() {
    tail.close();
    attachment.close();
  }
}
