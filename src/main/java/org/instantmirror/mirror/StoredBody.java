package org.instantmirror.mirror;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.instantmirror.download.ByteSource;
import org.jspecify.annotations.Nullable;

/** The bytes of a complete file. */
public final class StoredBody implements ByteSource {

  private final FileChannel file;
  private final long size;

  /**
   * Takes over an open file.
   *
   * @param size how long it is
   */
  public StoredBody(FileChannel file, long size) {
    this.file = file;
    this.size = size;
  }

  @Override
  public State state() {
    return State.COMPLETE;
  }

  @Override
  public @Nullable Break reason() {
    return null;
  }

  @Override
  public long available(long position) {
    return size;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return file.read(target, position);
  }

  @Override
  public void whenChanged(long position, Runnable wake) {
    // Nothing changes any more.
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
