package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepoTest {

  private final Repo plain = TestRepos.repo("http://up.example/x/", "http://other.example/y/");
  private final Repo fedora = TestRepos.repo("http://up.example/$basearch/f$releasever/os/");

  private static URI uri(Repo repo, int index, String path) {
    return repo.upstreamUri(repo.baseUrls().get(index), path).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "'', http://up.example/x/",
    "repodata/, http://up.example/x/repodata/",
    "Packages/a/a^b+c:1.rpm, http://up.example/x/Packages/a/a%5Eb%2Bc%3A1.rpm",
    "ä.rpm, http://up.example/x/%C3%A4.rpm",
  })
  void aPathStandsForTheBaseUrlAndIt(String path, String uri) {
    assertThat(plain.pathBelowBase(path)).contains(path);
    assertThat(uri(plain, 0, path)).hasToString(uri);
  }

  @Test
  void eachBaseUrlIsAskedForTheSamePath() {
    assertThat(uri(plain, 1, "a/b")).hasToString("http://other.example/y/a/b");
  }

  @ParameterizedTest
  @CsvSource({
    "39/x86_64/repodata/repomd.xml, repodata/repomd.xml",
    "39/x86_64/, ''",
    "39/x86_64, ''",
    "39/x86_64/Packages/, Packages/",
  })
  void leadingSegmentsAreTheVariablesValues(String path, String below) {
    assertThat(fedora.variables()).containsExactly("releasever", "basearch");
    assertThat(fedora.pathBelowBase(path)).contains(below);
    assertThat(uri(fedora, 0, path)).hasToString("http://up.example/x86_64/f39/os/" + below);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "39",
        "39/",
        "39//a",
        "/x86_64/a",
        "../x86_64/a",
        "39/../a",
        "3 9/x86_64/a",
        "39/x86+64/a",
        "39/%2e%2e/a"
      })
  void aPathWithoutFitValuesStandsForNothing(String path) {
    assertThat(fedora.pathBelowBase(path)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> uri(fedora, 0, path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../a", "a/../../b", "a//b", "/a", "a//", "./", "/"})
  void upstreamIsNeverAskedOutsideItsBase(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> uri(plain, 0, path));
  }

  @Test
  void baseUrlsMustUseTheSameVariables() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> TestRepos.repo("http://up.example/$releasever/", "http://up.example/$stream/"))
        .withMessageContaining("different variables");
  }

  @Test
  void aRepoWithoutBaseUrlIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(TestRepos::repo);
  }
}
