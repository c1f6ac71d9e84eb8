package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.Repo;
import org.junit.jupiter.api.Test;

class FallbacksTest {

  private static final BaseUrl BASE = new BaseUrl("http://up.example/$releasever/");

  private static Standing standing(BaseUrl base, Currency currency) {
    Upstream upstream = new Upstream(base, Upstream.Origin.LISTED);
    return new Standing(upstream, 1, 0, null, currency, null, null, 0);
  }

  private static Repo repo() {
    return TestRepo.at(BASE.template()).build();
  }

  @Test
  void foldersAreThoseOfUpstreamsInTheirOrder() {
    List<Standing> standings =
        List.of(
            standing(BASE, Currency.UNKNOWN),
            standing(new BaseUrl("https://other.example/x/"), Currency.CURRENT));
    assertThat(Fallbacks.folders(repo(), standings, "42/os/"))
        .containsExactly(
            URI.create("http://up.example/42/os/"), URI.create("https://other.example/x/os/"));
  }

  @Test
  void whoLagsIsLeftOut() {
    assertThat(Fallbacks.folders(repo(), List.of(standing(BASE, Currency.LAGGING)), "42/"))
        .isEmpty();
  }

  @Test
  void thereAreNotTooMany() {
    List<Standing> standings = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      standings.add(standing(new BaseUrl("http://up" + i + ".example/"), Currency.CURRENT));
    }
    assertThat(Fallbacks.folders(repo(), standings, "42/")).hasSize(Fallbacks.MOST);
  }

  @Test
  void whereThisMirrorShowsWhoItIsClientsAreNotSent() {
    Repo closed = TestRepo.at(BASE.template()).credentials("me", "secret").build();
    List<Standing> standings =
        List.of(
            standing(BASE, Currency.UNKNOWN),
            standing(new BaseUrl("http://UP.example:80/elsewhere/"), Currency.CURRENT),
            standing(new BaseUrl("http://other.example/x/"), Currency.CURRENT));
    assertThat(Fallbacks.folders(closed, standings, "42/"))
        .containsExactly(URI.create("http://other.example/x/"));
    assertThat(Fallbacks.baseUrls(closed)).isEmpty();
    assertThat(Fallbacks.baseUrls(repo())).containsExactly(BASE.template());
  }
}
