package org.instantmirror.download;

import java.io.IOException;
import java.time.Instant;
import org.instantmirror.download.ByteSource.State;
import org.instantmirror.http.Head;
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * A download that gets its bytes from another one, of the same content under another name: what
 * that publishes, this publishes. It holds no place meanwhile. All that changes it comes by {@link
 * #changed}, which looks at the leader as it is; so calls may come from anybody, in any order.
 */
final class Following {

  private final Transfer leader;
  private final Download download;
  private final @Nullable Instant fileTime;
  private final Runnable onEnd;

  // All guarded by this.
  private boolean opened;
  private boolean complete;
  private boolean over;

  /**
   * @param download whose transfer leaves it alone until {@code onEnd}
   * @param fileTime when its file was last modified; null for what the leader's upstream says
   * @param onEnd run once, when no more is to come from the leader
   */
  Following(Transfer leader, Download download, @Nullable Instant fileTime, Runnable onEnd) {
    this.leader = leader;
    this.download = download;
    this.fileTime = fileTime;
    this.onEnd = onEnd;
  }

  Transfer leader() {
    return leader;
  }

  /** How urgent it is for who follows. */
  Urgency urgency() {
    return download.urgency();
  }

  /** Begins; where the leader is being given up, it merely waits for its end. */
  void begin() {
    if (leader.download().follow(this)) {
      leader.judge();
      changed();
    } else {
      leader.download().ended().thenRun(this::end);
    }
  }

  /** Something has changed at the leader. */
  void changed() {
    if (take()) {
      end();
    }
  }

  /** Takes over what the leader has; true if there will be no more. */
  private synchronized boolean take() {
    if (over) {
      return false;
    }
    Download from = leader.download();
    // First: once it is final, all the rest is as it will stay.
    boolean isFinal = from.phase().isFinal();
    if (!opened && from.opening().getNow(null) instanceof Opening.Streaming streaming) {
      try {
        download.follow(from, head(streaming.head()), streaming.endIsCertain());
        opened = true;
      } catch (IOException unreadable) {
        return true;
      }
    }
    if (over) {
      // On this very thread: nobody was left who wants it.
      return false;
    }
    if (opened && !complete) {
      State state = from.state();
      download.publish(from.available());
      if (state == State.COMPLETE) {
        complete = true;
        download.bytesComplete();
      }
    }
    return isFinal;
  }

  /**
   * What is known of the file under its own name: entity tags are another server's. Of the date the
   * repository vouches now.
   */
  private Head head(Head other) {
    return headOf(other, fileTime, leader.now());
  }

  /** As told of a file that was fetched under another name. */
  static Head headOf(Head other, @Nullable Instant fileTime, Instant now) {
    return fileTime == null
        ? new Head(null, other.lastModified(), other.date(), other.contentType())
        : new Head(null, fileTime, now, other.contentType());
  }

  /** Goes its own way, unless that has been taken already. */
  void end() {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
    }
    leader.download().unfollow(this);
    leader.judge();
    onEnd.run();
  }

  /** The same as long as it isn't known whether anything will come. */
  void endIfUnopened() {
    boolean unopened;
    synchronized (this) {
      unopened = !opened;
    }
    if (unopened) {
      end();
    }
  }
}
