package org.instantmirror.system;

import java.time.Duration;

/**
 * One step of copying a repository's {@code repodata} to a server that clients use meanwhile.
 *
 * @param file its name in the folder
 * @param kind what becomes of it; each step by itself is atomic, as rsync's are
 * @param pause how long nothing happens afterwards
 */
record SyncStep(String file, Kind kind, Duration pause) {
  /** What a step does. */
  enum Kind {
    COPY,
    DELETE
  }
}
