package org.instantmirror.store;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import org.instantmirror.repodata.RepositoryFolder;

/** A complete generation of the package index, and the {@code repomd.xml} it stands for. */
public final class IndexedGeneration {

  private final RepositoryFolder folder;
  private final long number;
  private final Instant since;
  private final byte[] repomd;
  private final boolean verified;

  IndexedGeneration(
      RepositoryFolder folder, long number, Instant since, byte[] repomd, boolean verified) {
    this.folder = folder;
    this.number = number;
    this.since = since;
    this.repomd = repomd;
    this.verified = verified;
  }

  /** The repository. */
  public RepositoryFolder folder() {
    return folder;
  }

  /** A later one has a higher number. */
  public long number() {
    return number;
  }

  /** When it began, as its caller said. */
  public Instant since() {
    return since;
  }

  /** Its {@code repomd.xml}. */
  public InputStream repomd() {
    return new ByteArrayInputStream(repomd);
  }

  /** Whether its signature was found good. */
  public boolean verified() {
    return verified;
  }

  /** Whether it stands for that {@code repomd.xml}. */
  public boolean isOf(byte[] other) {
    return Arrays.equals(repomd, other);
  }
}
