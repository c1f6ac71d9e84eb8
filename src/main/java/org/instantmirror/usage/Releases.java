package org.instantmirror.usage;

import java.time.Instant;
import java.util.List;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.RepositoryFolder;

/** Learns what upstream releases. Thread-safe; neither blocks nor throws. */
@FunctionalInterface
public interface Releases {

  /** Nobody listens. */
  Releases NONE = (folder, versions, at) -> {};

  /** A version of a package that its repository didn't list before. */
  record Version(String name, String arch, Evr evr) {}

  /** Another generation of a repository is live, which lists these versions in addition. */
  void released(RepositoryFolder folder, List<Version> versions, Instant at);
}
