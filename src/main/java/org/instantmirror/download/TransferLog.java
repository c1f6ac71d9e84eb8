package org.instantmirror.download;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.store.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an administrator reads of a transfer: one line for its end, one for each failed try. */
final class TransferLog {

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.download");

  private final Download download;
  private final long beganNanos = System.nanoTime();
  private @Nullable URI upstream;
  private long resumedFrom;
  private int breaks;

  TransferLog(Download download) {
    this.download = download;
  }

  void resumed(long offset) {
    resumedFrom = offset;
  }

  void asked(URI uri) {
    upstream = uri;
  }

  void failedTry(Failure failure) {
    breaks++;
    LOG.warn("{}: {}", download.order().key(), failure.message());
  }

  void changed() {
    LOG.warn(
        "{}: {} has another file now than the one that was being downloaded; starting over",
        download.order().key(),
        upstream);
  }

  void stopping(Exception why) {
    LOG.debug("{}: the server stops", download.order().key(), why);
  }

  void gaveWay() {
    LOG.debug("{}: gives way to what clients wait for", download.order().key());
  }

  void dropped() {
    LOG.info("{}: gone from every upstream, dropped", download.order().key());
  }

  void notStored(StorageException fault) {
    // The store itself reports a fault of the disk, once; this is one file's share of it.
    LOG.debug("{}: not stored", download.order().key(), fault);
  }

  void failed(Failure failure) {
    LOG.warn("{}: given up: {}", download.order().key(), failure.message());
  }

  void fault(Throwable fault) {
    LOG.error("{}: internal fault", download.order().key(), fault);
  }

  void ended(long bytes) {
    write("stored", bytes);
  }

  void shared(EntryKey other, long bytes, boolean copied) {
    LOG.info(
        "{}: stored, {} bytes {} {}, {} clients",
        download.order().key(),
        bytes,
        copied ? "copied from" : "shared with",
        other,
        download.clientsEver());
  }

  void broken(@Nullable Break reason) {
    String how =
        reason == null
            ? "passed on, not stored: its end can't be told from a break"
            : "not stored (" + reason.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ")";
    write(how, download.available());
  }

  private void write(String how, long bytes) {
    Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
    double seconds = Math.max(took.toMillis(), 1) / 1000.0;
    LOG.info(
        "{}: {}, {} bytes in {} s, {} MB/s, resumed from {}, {} failed tries, {} clients, {}",
        download.order().key(),
        how,
        bytes,
        String.format(Locale.ROOT, "%.3f", seconds),
        String.format(Locale.ROOT, "%.2f", (bytes - resumedFrom) / seconds / 1e6),
        resumedFrom,
        breaks,
        download.clientsEver(),
        upstream);
  }
}
