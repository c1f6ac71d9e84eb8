package org.instantmirror.mirror;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.instantmirror.download.ByteSource;
import org.jspecify.annotations.Nullable;

/** The bytes of a complete file. */
public final class StoredBody implements ByteSource {

  private final FileChannel file;
  private final long size;

  /**
   * Opens the file.
   *
   * @param size how long it is to be
   * @throws IOException if it can't be opened, or has another size
   */
  public StoredBody(Path path, long size) throws IOException {
    this.file = FileChannel.open(path, StandardOpenOption.READ);
    this.size = size;
    if (file.size() != size) {
      file.close();
      throw new IOException(path + " changed its size while it was being served");
    }
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
  public long available() {
    return size;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return file.read(target, position);
  }

  @Override
  public void whenChanged(Runnable wake) {
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
