package org.instantmirror.download;

import org.instantmirror.upstream.UpstreamPool;

/**
 * A download that is under way, or waits to be.
 *
 * @param transfer carries it out
 * @param pool whom it asks
 * @param claim to the places that it runs in
 */
record Running(Download download, Transfer transfer, UpstreamPool pool, Claim claim) {

  /** Whether it waits for a place. */
  boolean waits() {
    return claim.state == Claim.State.WAITING;
  }

  DownloadStanding standing() {
    return new DownloadStanding(
        download.order().repo(),
        download.order().key(),
        download.phase(),
        download.available(),
        download.length(),
        download.bytesPerSecond(),
        claim.urgency(),
        download.clients(),
        download.began(),
        download.source().orElse(null),
        download.segments());
  }
}
