package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Absolute URLs read backwards. */
class UrlMapTest {

  private static UrlMap of(String... baseUrls) {
    return new UrlMap(List.of(TestRepos.repo(baseUrls)), List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "http://up.example/fedora/, up.example:80, /fedora/a/b.rpm, test/a/b.rpm",
    "http://up.example/fedora/, up.example:80, /fedora/, test/",
    "http://up.example/, up.example:80, /a^b.rpm, test/a^b.rpm",
    "http://up.example:8080/x/, up.example:8080, /x/a.rpm, test/a.rpm",
    "https://up.example/x/, up.example:80, /x/a.rpm, test/a.rpm",
    "http://up.example/a%20b/, up.example:80, /a b/c.rpm, test/c.rpm",
    "http://up.example/a+b/, up.example:80, /a+b/c.rpm, test/c.rpm",
    "http://up.example/$releasever/$basearch/os/, up.example:80, /42/x86_64/os/a.rpm,"
        + " test/42/x86_64/a.rpm",
    "http://up.example/$basearch-$releasever/, up.example:80, /x86_64-9-stream/a.rpm,"
        + " test/9-stream/x86_64/a.rpm",
    "http://up.example/$releasever/x/$releasever/, up.example:80, /9/x/9/a, test/9/a",
    "http://up.example/${releasever_major}/$releasever/, up.example:80, /9/9.4/a, test/9.4/a",
    "http://up.example/${releasever_major}/, up.example:80, /10/a, test/10/a",
    "'http://up.example/${releasever_major}${releasever_minor:+z}/', up.example:80, /10/a, test/10/a",
  })
  void pathBelowBaseUrlIsFound(String base, String host, String path, String own) {
    assertThat(of(base).path(host, path)).contains(own);
  }

  @ParameterizedTest
  @CsvSource({
    "http://up.example/fedora/, up.example:80, /fedora",
    "http://up.example/fedora/, up.example:80, /fedorax/a.rpm",
    "http://up.example/fedora/, other.example:80, /fedora/a.rpm",
    "http://up.example/fedora/, up.example:8080, /fedora/a.rpm",
    "https://up.example:8443/x/, up.example:80, /x/a.rpm",
    "http://up.example/$releasever/$basearch/, up.example:80, /42/a.rpm",
    "http://up.example/$releasever/, up.example:80, /4 2/a.rpm",
    "http://up.example/$releasever/, up.example:80, /-42/a.rpm",
    "http://up.example/$releasever/x/$releasever/, up.example:80, /9/x/8/a",
    "http://up.example/${releasever_major}/$releasever/, up.example:80, /8/9.4/a",
  })
  void whatLiesElsewhereIsNot(String base, String host, String path) {
    assertThat(of(base).path(host, path)).isEmpty();
  }

  @Test
  void theLongestBaseUrlHasIt() {
    UrlMap map =
        new UrlMap(
            List.of(
                named("all", "http://up.example/"),
                named("near", "http://up.example/pub/near/"),
                named("pub", "http://up.example/pub/")),
            List.of());
    assertThat(map.path("up.example:80", "/pub/near/a")).contains("near/a");
    assertThat(map.path("up.example:80", "/pub/a")).contains("pub/a");
    assertThat(map.path("up.example:80", "/a")).contains("all/a");
  }

  @Test
  void theFirstOfEqualOnesHasIt() {
    UrlMap map =
        new UrlMap(
            List.of(named("first", "http://up.example/"), named("second", "http://up.example/")),
            List.of(
                new UrlMap.Listed(
                    named("third", "http://x.example/"),
                    Map.of(),
                    new BaseUrl("http://up.example/"))));
    assertThat(map.path("up.example:80", "/a")).contains("first/a");
  }

  @Test
  void aMirrorStandsForTheFolderOfItsList() {
    Repo repo = listed("http://list.example/?r=$releasever&a=$basearch");
    UrlMap map =
        new UrlMap(
            List.of(repo),
            List.of(
                new UrlMap.Listed(
                    repo,
                    Map.of("releasever", "42", "basearch", "x86_64"),
                    new BaseUrl("http://m.example/f/42/"))));
    assertThat(map.path("m.example:80", "/f/42/a.rpm")).contains("test/42/x86_64/a.rpm");
    assertThat(map.path("m.example:80", "/f/41/a.rpm")).isEmpty();
  }

  @Test
  void aVariableOfTheMirrorsUrlAloneTakesTheNextSegment() {
    Repo repo = listed("http://list.example/?r=$releasever");
    BaseUrl mirror = new BaseUrl("http://m.example/$releasever/os/$basearch/");
    UrlMap map =
        new UrlMap(
            List.of(repo), List.of(new UrlMap.Listed(repo, Map.of("releasever", "9"), mirror)));
    String own = map.path("m.example:80", "/9/os/x86_64/a.rpm").orElseThrow();
    assertThat(own).isEqualTo("test/9/x86_64/a.rpm");
    assertThat(repo.upstreamUri(mirror, own.substring("test/".length())).orElseThrow().toString())
        .isEqualTo("http://m.example/9/os/x86_64/a.rpm");
    assertThat(map.path("m.example:80", "/8/os/x86_64/a.rpm")).isEmpty();
  }

  @Test
  void aListIsKnownByItsUrl() {
    Repo repo = listed("http://list.example/?r=$releasever&a=$basearch");
    UrlMap map = new UrlMap(List.of(repo), List.of());
    assertThat(map.foldersOfList("http://list.example/?r=42&a=x86_64"))
        .containsEntry(repo, "42/x86_64/");
    assertThat(map.foldersOfList("http://list.example/?r=42&a=x86_64&b=1")).isEmpty();
    assertThat(map.foldersOfList("http://list.example/?r=42")).isEmpty();
    assertThat(map.withOneList()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "up.example, true",
    "up.example:8080, true",
    "10.0.0.1, true",
    "up_x.example, true",
    "up.example:80, false",
    "UP.example, false",
    "up.example., false",
    ".., false",
    "up/x, false",
    "u@p, false",
    "up.example:0, false",
    "[::1], false",
  })
  void aHostHasOneSpelling(String host, boolean fit) {
    assertThat(VariableValue.isFit(BaseUrl.HOST, host)).isEqualTo(fit);
  }

  private static Repo named(String id, String baseUrl) {
    Repo repo = TestRepos.repo(baseUrl);
    return new Repo(
        new RepoId(id),
        id,
        repo.baseUrls(),
        repo.classifier(),
        repo.lifetimes(),
        repo.transport(),
        1,
        1);
  }

  private static Repo listed(String list) {
    Repo repo = TestRepos.repo("http://up.example/");
    return new Repo(
        repo.id(),
        "Test",
        List.of(),
        new ListUrl(ListUrl.Kind.MIRRORLIST, list, Duration.ofHours(1)),
        repo.classifier(),
        repo.lifetimes(),
        repo.transport(),
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
}
