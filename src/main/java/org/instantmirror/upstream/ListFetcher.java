package org.instantmirror.upstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.RepodataException;
import org.instantmirror.upstream.UpstreamException.Kind;

/** Fetches lists of mirrors, and keeps them on disk. Blocks; thread-safe. */
final class ListFetcher {

  private static final int MOST_BYTES = (int) ReadLimits.LISTING.openBytes();

  private final UpstreamClient client;
  private final ListFolder folder;
  private final Clock clock;

  ListFetcher(UpstreamClient client, ListFolder folder, Clock clock) {
    this.client = client;
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * A list as it was fetched.
   *
   * @param inside whether its server has a private address
   */
  record Fetched(MirrorSet mirrors, Instant at, boolean inside) {}

  /** The list as it was when it was last fetched, by whatever process. */
  Optional<Fetched> cached(Repo repo, ListUrl.Kind kind, URI uri) {
    Optional<ListFolder.Kept> kept = folder.read(repo.id(), uri);
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Fetched(
              MirrorSetReader.read(kind, stream(kept.get().body()), uri.toString()),
              kept.get().at(),
              kept.get().inside()));
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  /**
   * Asks for the list, and keeps it.
   *
   * @throws UpstreamException if it can't be had, or is none
   */
  Fetched fetch(Repo repo, ListUrl.Kind kind, URI uri) throws UpstreamException {
    SmallAnswer answer = get(new UpstreamRequest(repo, "GET", uri, List.of()));
    MirrorSet mirrors;
    try {
      mirrors = MirrorSetReader.read(kind, stream(answer.body()), "its answer");
    } catch (RepodataException e) {
      throw new UpstreamException(Kind.PROTOCOL, uri, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new UpstreamException(Kind.BROKEN, uri, String.valueOf(e.getMessage()), e);
    }
    // Behind a proxy we don't resolve names, and can't tell.
    String host = Origin.of(answer.from()).map(Origin::host).orElse("");
    boolean inside =
        (repo.transport().proxy() == null || PublicAddress.isLiteral(host))
            && PublicAddress.isInside(host);
    Fetched fetched = new Fetched(mirrors, clock.instant(), inside);
    folder.write(repo.id(), uri, new ListFolder.Kept(fetched.at(), inside, answer.body()));
    return fetched;
  }

  private static InputStream stream(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return new ByteArrayInputStream(copy);
  }

  /** Keeps it no longer. */
  void forget(Repo repo, URI uri) {
    folder.delete(repo.id(), uri);
  }

  /** Looks what {@code repomd.xml} a mirror has, and judges it. */
  void look(Repo repo, Upstream mirror, URI repomd, RepomdCheck check) throws UpstreamException {
    SmallAnswer answer = get(UpstreamRequest.to(mirror, repo, "GET", repomd, List.of()));
    MessageDigest digest = check.type().newDigest();
    digest.update(answer.body().duplicate());
    check.judge(Checksum.of(check.type(), digest.digest()), answer.lastModified());
  }

  private SmallAnswer get(UpstreamRequest request) throws UpstreamException {
    return SmallAnswer.get(client, request, MOST_BYTES);
  }
}
