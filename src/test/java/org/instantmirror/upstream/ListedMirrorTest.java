package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.instantmirror.repo.Access;
import org.instantmirror.repo.Bandwidth;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.ClientOptions;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.Retention;
import org.instantmirror.repo.Segmentation;
import org.instantmirror.repo.SignaturePolicy;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise 10 for mirrors that a list names: inside only with leave, and never with credentials. */
class ListedMirrorTest {

  private final FakeUpstream mirror = FakeUpstream.start();
  private final FakeUpstream other = FakeUpstream.startOn("127.0.0.2");
  private final HttpUpstreamClient client = new HttpUpstreamClient();
  private final TestRepo base =
      TestRepo.at("http://up.example/").credentials("me", "secret").timeout(Duration.ofSeconds(2));

  @AfterEach
  void close() {
    client.close();
    mirror.close();
    other.close();
  }

  private Repo repo(String list) {
    Repo plain = base.build();
    return new Repo(
        plain.id(),
        plain.name(),
        List.of(),
        new ListUrl(ListUrl.Kind.MIRRORLIST, list, Duration.ofHours(1)),
        plain.classifier(),
        plain.lifetimes(),
        plain.transport(),
        1,
        1,
        Segmentation.USUAL,
        Bandwidth.UNLIMITED,
        SignaturePolicy.NONE,
        Access.ALL,
        ClientOptions.NONE,
        PrefetchPolicy.METADATA,
        Retention.USUAL);
  }

  private int get(Upstream.Origin origin, String list) throws Exception {
    Upstream upstream = new Upstream(new BaseUrl(mirror.origin() + "/"), origin);
    URI uri = mirror.uri("/a.rpm");
    try (UpstreamResponse answer =
        client.execute(UpstreamRequest.to(upstream, repo(list), "GET", uri, List.of()))) {
      return answer.status();
    }
  }

  @Test
  void aPrivateAddressFromAPublicListIsNotAsked() {
    assertThatThrownBy(() -> get(Upstream.Origin.LISTED, "http://public.example/list"))
        .hasMessageContaining("redirect_hosts");
    assertThat(mirror.requests()).isEmpty();
  }

  @Test
  void aPrivateAddressFromAListWithAPrivateAddressIsAskedWithoutCredentials() throws Exception {
    mirror.file("/a.rpm", new byte[1]);
    assertThat(get(Upstream.Origin.LISTED_INSIDE, "http://127.0.0.3/list")).isEqualTo(200);
    assertThat(mirror.requests().get(0).header("Authorization")).isEmpty();
  }

  @Test
  void aPrivateAddressInRedirectHostsIsAskedWithoutCredentials() throws Exception {
    mirror.file("/a.rpm", new byte[1]);
    base.redirectHosts(mirror.hostPort());
    assertThat(get(Upstream.Origin.LISTED, "http://public.example/list")).isEqualTo(200);
    assertThat(mirror.requests().get(0).header("Authorization")).isEmpty();
  }

  @Test
  void itsLeaveDoesNotGoOnToWhereItRedirects() {
    mirror.file("/a.rpm", new byte[1]).always(Behaviour.redirect(302, other.origin() + "/a.rpm"));
    assertThatThrownBy(() -> get(Upstream.Origin.LISTED_INSIDE, "http://127.0.0.3/list"))
        .hasMessageContaining("redirect_hosts");
    assertThat(other.requests()).isEmpty();
  }

  @Test
  void theListsOwnHostIsConfiguredAndGetsTheCredentials() throws Exception {
    mirror.file("/a.rpm", new byte[1]);
    assertThat(get(Upstream.Origin.LISTED, mirror.origin() + "/list?x")).isEqualTo(200);
    assertThat(mirror.requests().get(0).header("Authorization")).isPresent();
  }

  @Test
  void whetherAListsServerIsInsideIsFoundByItsAddressAndKept(@TempDir Path folder)
      throws Exception {
    mirror.file("/list", "http://m.example/\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    ListFetcher fetcher = new ListFetcher(client, new ListFolder(folder), Clock.systemUTC());
    Repo repo = repo(mirror.origin() + "/list");
    URI list = mirror.uri("/list");
    assertThat(fetcher.fetch(repo, ListUrl.Kind.MIRRORLIST, list).inside()).isTrue();
    assertThat(fetcher.cached(repo, ListUrl.Kind.MIRRORLIST, list).orElseThrow().inside()).isTrue();
    assertThat(PublicAddress.isInside("192.0.2.1")).isFalse();
    assertThat(PublicAddress.isInside("10.0.0.1")).isTrue();
    assertThat(PublicAddress.isInside("localhost")).isTrue();
  }

  @Test
  void listsOfMadeUpReleasesAreBounded(@TempDir Path folder) {
    Repo repo = repo(mirror.origin() + "/list");
    MirrorLists lists =
        new MirrorLists(
            repo,
            new ListUrl(ListUrl.Kind.MIRRORLIST, "http://public.example/", Duration.ofHours(1)),
            new MirrorLists.Background(
                new ListFetcher(client, new ListFolder(folder), Clock.systemUTC()),
                Runnable::run,
                Clock.systemUTC()),
            (uri, list) -> () -> {});
    Instant now = Instant.now();
    mirror.file("/list", "http://m.example/\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    for (int i = 0; i <= MirrorLists.MOST_LISTS; i++) {
      assertThat(lists.pending(mirror.uri("/list?" + i), now)).isPresent();
    }
    assertThat(lists.known(mirror.uri("/list?0"), now)).isEmpty();
    assertThat(lists.known(mirror.uri("/list?1"), now)).isPresent();
    assertThat(folder.toFile().list()).hasSize(MirrorLists.MOST_LISTS);
  }
}
