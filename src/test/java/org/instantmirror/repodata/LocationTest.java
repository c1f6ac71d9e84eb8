package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Location.Elsewhere;
import org.instantmirror.repodata.Location.Within;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocationTest {
  private static final RepoId FEDORA = new RepoId("fedora");

  @ParameterizedTest
  @CsvSource({
    "'', a.rpm, a.rpm",
    ", Packages/a/a.rpm, Packages/a/a.rpm",
    ", ./a.rpm, a.rpm",
    ", Packages/../a.rpm, a.rpm",
    ", Packages/./x/../a.rpm, Packages/a.rpm",
    "Packages, a.rpm, Packages/a.rpm",
    "Packages/, a.rpm, Packages/a.rpm",
    "'', a^b+1~2:3%41.rpm, a^b+1~2:3%41.rpm",
    "'', a b;c?d#e.rpm, a b;c?d#e.rpm",
    "'', é.rpm, é.rpm",
  })
  void pathsInTheFolderAreTakenAsTheyAre(@Nullable String base, String href, String path) {
    assertThat(Location.of(base, href)).isEqualTo(new Within(path));
  }

  @ParameterizedTest
  @CsvSource({
    "http://other.example/repo, a.rpm, http://other.example/repo/a.rpm",
    "http://other.example/repo/, a.rpm, http://other.example/repo/a.rpm",
    "media://1234#2, a.rpm, media://1234#2/a.rpm",
    ", https://other.example/a.rpm, https://other.example/a.rpm",
    ", file:/etc/passwd, file:/etc/passwd",
    ", /etc/passwd, /etc/passwd",
    "/srv, a.rpm, /srv/a.rpm",
    ", ../a.rpm, ../a.rpm",
    ", a/../../b.rpm, a/../../b.rpm",
    "'..', a.rpm, ../a.rpm",
    ", .., ..",
    ", ., .",
    ", a/, a/",
    ", a//b.rpm, a//b.rpm",
    ", a\\..\\b, a\\..\\b",
    ", .instantmirror/index.db, .instantmirror/index.db",
    ", x/.INSTANTMIRROR/lock, x/.INSTANTMIRROR/lock",
  })
  void allElseLiesElsewhere(@Nullable String base, String href, String reference) {
    assertThat(Location.of(base, href)).isEqualTo(new Elsewhere(reference));
  }

  @Test
  void controlCharactersAndNamesTooLongLieElsewhere() {
    assertThat(Location.of(null, "a\u0000.rpm")).isInstanceOf(Elsewhere.class);
    assertThat(Location.of(null, "a\n.rpm")).isInstanceOf(Elsewhere.class);
    assertThat(Location.of(null, "x".repeat(256))).isInstanceOf(Elsewhere.class);
    assertThat(Location.of(null, "x/".repeat(3000) + "y")).isInstanceOf(Elsewhere.class);
  }

  @Test
  void pathThatLeavesTheFolderCantBeMade() {
    assertThatThrownBy(() -> new Within("../a")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keyIsTheFoldersPathAndTheLocations() {
    RepositoryFolder deep = new RepositoryFolder(FEDORA, "39/x86_64/os");
    RepositoryFolder top = new RepositoryFolder(FEDORA, "");

    assertThat(deep.entry(Location.of(null, "a.rpm")))
        .contains(new EntryKey(FEDORA, "39/x86_64/os/a.rpm"));
    assertThat(top.entry(Location.of(null, "a.rpm"))).contains(new EntryKey(FEDORA, "a.rpm"));
    assertThat(deep.entry(Location.of(null, "../a.rpm"))).isEmpty();
    assertThat(deep.entry(Location.of("http://x/", "a.rpm"))).isEmpty();
  }

  @Test
  void pathTooLongTogetherHasNoKey() {
    String half = "x/".repeat(1000) + "y";
    RepositoryFolder folder = new RepositoryFolder(FEDORA, half);
    assertThat(folder.entry(Location.of(null, half))).isEmpty();
    assertThatThrownBy(() -> new RepositoryFolder(FEDORA, "../x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
