package org.instantmirror.upstream;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repodata.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * What a metalink or mirrorlist says.
 *
 * @param mirrors in its order of preference, each once
 * @param accepted what {@code repomd.xml} may hash to, all of one type; empty where the list
 *     doesn't say
 * @param timestamp when the newest of these was made; null if unknown
 */
record MirrorSet(List<BaseUrl> mirrors, Set<Checksum> accepted, @Nullable Instant timestamp) {

  MirrorSet {
    mirrors = List.copyOf(mirrors);
    accepted = Set.copyOf(accepted);
  }
}
