package org.instantmirror.mirror;

import org.instantmirror.download.Attachment;
import org.instantmirror.download.Opening;
import org.instantmirror.http.CacheStatus;
import org.instantmirror.http.Head;
import org.instantmirror.store.StoredEntry;

/** What a client gets. */
public sealed interface Answer {

  /** How it came about, for {@code Cache-Status} and the log. */
  CacheStatus cacheStatus();

  /** A complete file from disk. */
  record Stored(StoredEntry entry, CacheStatus cacheStatus) implements Answer {}

  /** A file that is arriving. Whoever serves it closes the attachment. */
  record Streaming(Attachment attachment, Opening.Streaming opening, CacheStatus cacheStatus)
      implements Answer {}

  /**
   * Only the head of a file that isn't stored.
   *
   * @param length in bytes, or -1
   */
  record HeadOnly(Head head, long length, CacheStatus cacheStatus) implements Answer {}

  /** 404. */
  record Missing(CacheStatus cacheStatus) implements Answer {}

  /**
   * It can't be had now.
   *
   * @param status 502, 503 or 504
   * @param message for the client
   */
  record Unavailable(int status, String message, CacheStatus cacheStatus) implements Answer {}

  /** It can't be stored: to be passed through. */
  record PassedThrough(CacheStatus cacheStatus) implements Answer {}
}
