package org.instantmirror.repodata;

import java.util.Comparator;

/**
 * Older builds before newer ones, as rpm has it (rpm's manual, rpm-version(7)): epochs as numbers,
 * then versions, then releases, both by {@link RpmVersion}. Builds that this holds equal may differ
 * in spelling ({@code 1.0} and {@code 1_0}). Stateless.
 */
public enum EvrOrder implements Comparator<Evr> {
  /** The only one. */
  OLDEST_FIRST;

  @Override
  public int compare(Evr one, Evr other) {
    int epochs = Long.compare(one.epoch(), other.epoch());
    if (epochs != 0) {
      return epochs;
    }
    int versions = RpmVersion.compare(one.version(), other.version());
    return versions != 0 ? versions : RpmVersion.compare(one.release(), other.release());
  }
}
