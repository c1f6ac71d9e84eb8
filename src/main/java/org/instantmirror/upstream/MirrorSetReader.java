package org.instantmirror.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.Metalink;
import org.instantmirror.repodata.Metalink.MetalinkFile;
import org.instantmirror.repodata.Metalink.MetalinkUrl;
import org.instantmirror.repodata.MetalinkReader;
import org.instantmirror.repodata.MirrorlistReader;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.RepodataException;
import org.jspecify.annotations.Nullable;

/** Makes mirrors of the bytes of a list. What is no http(s) base URL is passed over. Pure. */
final class MirrorSetReader {

  /** More than any list names: MirrorManager's have 200 at most. */
  static final int MOST_MIRRORS = 500;

  private static final String REPOMD = "repodata/repomd.xml";

  private MirrorSetReader() {}

  /**
   * Reads a list.
   *
   * @param in read to its end and left open
   * @param name names it in messages
   * @throws RepodataException if it isn't of that kind, is beyond the limits, or names no mirror
   *     that can be asked
   */
  static MirrorSet read(ListUrl.Kind kind, InputStream in, String name) throws IOException {
    MirrorSet set =
        switch (kind) {
          case METALINK -> ofMetalink(MetalinkReader.read(in, name, ReadLimits.LISTING), name);
          case MIRRORLIST ->
              new MirrorSet(
                  distinct(
                      MirrorlistReader.read(in, name, ReadLimits.LISTING).stream()
                          .map(MirrorSetReader::folder)),
                  Set.of(),
                  null);
        };
    if (set.mirrors().isEmpty()) {
      throw new RepodataException(name + ": it names no http or https mirror");
    }
    return set;
  }

  private static MirrorSet ofMetalink(Metalink metalink, String name) throws RepodataException {
    MetalinkFile repomd =
        metalink
            .file("repomd.xml")
            .orElseThrow(() -> new RepodataException(name + ": it doesn't list repomd.xml"));
    List<BaseUrl> mirrors =
        distinct(
            repomd.urls().stream()
                .sorted(Comparator.comparingInt(MetalinkUrl::preference).reversed())
                .map(url -> aboveRepomd(url.url())));
    return new MirrorSet(mirrors, accepted(repomd), timestamp(repomd));
  }

  private static @Nullable Instant timestamp(MetalinkFile repomd) {
    return repomd.current().timestamp();
  }

  /** All of the strongest type that the current version is given in. */
  private static Set<Checksum> accepted(MetalinkFile repomd) {
    Optional<ChecksumType> strongest =
        repomd.current().checksums().stream().map(Checksum::type).max(Comparator.naturalOrder());
    return strongest
        .map(
            type ->
                Stream.concat(Stream.of(repomd.current()), repomd.alternates().stream())
                    .flatMap(version -> version.checksums().stream())
                    .filter(checksum -> checksum.type() == type)
                    .collect(Collectors.toUnmodifiableSet()))
        .orElse(Set.of());
  }

  private static List<BaseUrl> distinct(Stream<Optional<BaseUrl>> urls) {
    Set<BaseUrl> found = new LinkedHashSet<>();
    urls.flatMap(Optional::stream).limit(MOST_MIRRORS).forEach(found::add);
    return new ArrayList<>(found);
  }

  private static Optional<BaseUrl> aboveRepomd(URI url) {
    String text = url.toString();
    return text.endsWith("/" + REPOMD)
        ? baseUrl(text.substring(0, text.length() - REPOMD.length()))
        : Optional.empty();
  }

  private static Optional<BaseUrl> folder(URI url) {
    String text = url.toString();
    return baseUrl(text.endsWith("/") ? text : text + "/");
  }

  /** By the rules for those of a configuration: a list has no more rights. */
  private static Optional<BaseUrl> baseUrl(String text) {
    try {
      return Optional.of(new BaseUrl(text));
    } catch (IllegalArgumentException unfit) {
      return Optional.empty();
    }
  }
}
