package org.instantmirror.usage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Who uses a package. Changed by the thread that learns, read by any. */
final class PackageUse {

  final int id;
  final UsedPackage what;
  final FolderUse folder;

  private @Nullable DistinctCount addresses; // the learning thread's
  private volatile int reporting;
  private volatile double asking;
  private volatile Popularity popularity;

  /** Whether the file has a row for it, and whether that is as it is. The learning thread's. */
  boolean known;

  boolean stored;

  PackageUse(int id, UsedPackage what, FolderUse folder, Popularity popularity) {
    this.id = id;
    this.what = what;
    this.folder = folder;
    this.popularity = popularity;
  }

  void reporting(int more) {
    int now = reporting + more; // one thread writes
    reporting = now;
  }

  void learn(Popularity next) {
    popularity = next;
    stored = false;
  }

  void asks(int address, Instant now) {
    if (addresses == null) {
      addresses = new DistinctCount();
    }
    if (addresses.add(address)) {
      asking = addresses.estimate();
    }
    learn(popularity.askedFor(now));
  }

  /** Upstream has a new version. */
  void released(Instant now) {
    learn(popularity.released(audience(now), now));
    addresses = null;
    asking = 0;
  }

  /** Addresses have other hashes from now on. */
  void countAnew(Instant now) {
    if (addresses != null) {
      learn(popularity.asked(audience(now), now));
      addresses = null;
      asking = 0;
    }
  }

  /** What is to be known after a restart, when those who ask are counted anew. */
  Popularity lasting(Instant now) {
    return addresses == null ? popularity : popularity.asked(audience(now), now);
  }

  Popularity popularity() {
    return popularity;
  }

  Audience audience(Instant now) {
    return new Audience(reporting, asking, folder.share(now));
  }

  double expectedDemand(Instant now) {
    return popularity.expectedDemand(audience(now), now);
  }

  /** Whether nobody is known to have it, or to be likely to. */
  boolean isForgotten(Instant now) {
    return reporting == 0 && asking == 0 && popularity.expectedDemand(audience(now), now) < 0.1;
  }
}
