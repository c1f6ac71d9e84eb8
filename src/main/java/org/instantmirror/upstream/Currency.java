package org.instantmirror.upstream;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.jspecify.annotations.Nullable;

/** Whether a mirror has the {@code repomd.xml} that its metalink lists. */
public enum Currency {
  /** It has, or its list doesn't say what it should have. */
  CURRENT,
  /** Nobody has looked, or not lately. */
  UNKNOWN,
  /** It had another when somebody last looked: it isn't asked for metadata while others are. */
  LAGGING;

  /** After this time a mirror that lagged may have caught up. */
  static final Duration LIFE = Duration.ofMinutes(30);

  /**
   * What was seen at a mirror.
   *
   * @param checksum of its {@code repomd.xml}
   * @param newer whether that seems to be newer than the list: then it is the list that lags
   */
  record Sight(Checksum checksum, boolean newer, Instant at) {}

  /**
   * What a mirror is, as of a list.
   *
   * @param sight the last one of it, or null
   * @param accepted what the list accepts
   */
  static Currency of(@Nullable Sight sight, Set<Checksum> accepted, Instant now) {
    if (accepted.isEmpty()) {
      return CURRENT;
    }
    Optional<ChecksumType> type = accepted.stream().map(Checksum::type).findFirst();
    if (sight == null || !type.equals(Optional.of(sight.checksum().type()))) {
      return UNKNOWN;
    }
    if (accepted.contains(sight.checksum())) {
      return CURRENT;
    }
    boolean fresh =
        !sight.at().isAfter(now) && Duration.between(sight.at(), now).compareTo(LIFE) < 0;
    return sight.newer() || !fresh ? UNKNOWN : LAGGING;
  }
}
