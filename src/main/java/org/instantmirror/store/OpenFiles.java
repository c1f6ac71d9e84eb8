package org.instantmirror.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.instantmirror.repo.EntryKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the small files that were read last open, since for them opening and closing costs more
 * than reading. Meant for small ones only: one that was deleted keeps its place on disk while it is
 * open. Thread-safe.
 */
public final class OpenFiles implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
  private static final int MOST = 512;

  private final Store store;

  /** Guarded by itself; no file is opened or closed under the lock. */
  private final Map<EntryKey, OpenFile> files = new LinkedHashMap<>(64, 0.75f, true);

  /** Opens files of that store. */
  public OpenFiles(Store store) {
    this.store = store;
  }

  /**
   * The bytes of that version of the entry; to be closed.
   *
   * @return empty if the file has been replaced, changed or deleted since it was found
   */
  public Optional<OpenFile> open(StoredEntry entry) throws IOException {
    OpenFile known;
    synchronized (files) {
      known = files.get(entry.key());
    }
    if (known != null && known.file.equals(entry.file()) && known.acquire()) {
      return Optional.of(known);
    }
    Optional<FileChannel> channel = store.openFile(entry);
    if (channel.isEmpty()) {
      return Optional.empty();
    }
    // Two holders: this folder of open files, and the caller.
    OpenFile opened = new OpenFile(channel.get(), entry.file(), 2);
    keep(entry.key(), opened);
    return Optional.of(opened);
  }

  private void keep(EntryKey key, OpenFile opened) {
    OpenFile replaced;
    OpenFile eldest = null;
    synchronized (files) {
      replaced = files.put(key, opened);
      if (files.size() > MOST) {
        EntryKey first = files.keySet().iterator().next();
        eldest = files.remove(first);
      }
    }
    if (replaced != null) {
      replaced.close();
    }
    if (eldest != null) {
      eldest.close();
    }
  }

  /** Closes all that nobody reads; the others when they have been read. */
  @Override
  public void close() {
    Map<EntryKey, OpenFile> last;
    synchronized (files) {
      last = Map.copyOf(files);
      files.clear();
    }
    last.values().forEach(OpenFile::close);
  }

  /** One file's bytes, shared by all who read them; closed when the last holder has closed it. */
  public static final class OpenFile implements AutoCloseable {
    private final FileChannel channel;
    private final FileIdentity file;
    private final AtomicInteger holders;

    private OpenFile(FileChannel channel, FileIdentity file, int holders) {
      this.channel = channel;
      this.file = file;
      this.holders = new AtomicInteger(holders);
    }

    private boolean acquire() {
      return holders.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
    }

    /**
     * Reads at a position.
     *
     * @return how many bytes; -1 at the end
     */
    public int read(ByteBuffer target, long position) throws IOException {
      return channel.read(target, position);
    }

    @Override
    public void close() {
      if (holders.decrementAndGet() == 0) {
        try {
          channel.close();
        } catch (IOException e) {
          LOG.debug("closing a file that was read", e);
        }
      }
    }
  }
}
