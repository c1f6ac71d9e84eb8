package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code repo_gpgcheck} and {@code gpgkey}. */
class SignaturePolicyTest {

  private static final String SECTION = "[test]\nbaseurl=http://up.example/x/\n";

  private final ConfigFolder folder;
  private final Path temp;

  SignaturePolicyTest(@TempDir Path temp) {
    this.temp = temp;
    this.folder = new ConfigFolder(temp);
    folder.main("");
  }

  private void assertRefused(String problem) {
    assertThatThrownBy(folder::read)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void nothingNeedBeSignedByDefault() throws ConfigException {
    Repo repo = folder.section("gpgkey=http://up.example/key\n").readRepo();
    assertThat(repo.signatures()).isEqualTo(SignaturePolicy.NONE);
    assertThat(repo.keyUris("")).isEmpty();
  }

  @Test
  void keysAreSeparatedAsInYum() throws ConfigException {
    folder.write("a.key", "").write("b.key", "");
    String file = temp.resolve("a.key").toUri().toString();
    String local = "file://localhost" + temp.resolve("b.key");
    Repo repo =
        folder
            .section(
                "repo_gpgcheck=1\ngpgkey=%s, http://up.example/k\n  https://up.example/l %s\n"
                    .formatted(file, local))
            .readRepo();
    assertThat(repo.signatures().required()).isTrue();
    assertThat(repo.keyUris(""))
        .containsExactly(
            URI.create(file),
            URI.create("http://up.example/k"),
            URI.create("https://up.example/l"),
            URI.create(local));
    assertThat(KeyUrl.path(URI.create(local))).isEqualTo(temp.resolve("b.key"));
  }

  @Test
  void keysTakeVariablesFromThePathAndFromTheServer() throws ConfigException {
    folder.variable("vendor", "acme");
    folder.repo(
        "test.repo",
        """
        [test]
        baseurl=http://up.example/$releasever/$basearch/
        repo_gpgcheck=1
        gpgkey=file:///etc/pki/$vendor-$releasever http://up.example/$basearch/key-$releasever_major
        """);
    assertThat(folder.readRepo().keyUris("9.4/x86_64"))
        .containsExactly(
            URI.create("file:///etc/pki/acme-9.4"), URI.create("http://up.example/x86_64/key-9"));
    assertThat(folder.readRepo().keyUris("9.4/x86_64/os")).hasSize(2);
    assertThat(folder.readRepo().keyUris("..")).isEmpty();
  }

  @Test
  void sectionsInheritBothFromMain() throws ConfigException {
    folder.main("repo_gpgcheck = yes\ngpgkey = http://up.example/key\n").section("");
    assertThat(folder.readRepo().keyUris("")).containsExactly(URI.create("http://up.example/key"));
    folder.section("repo_gpgcheck=0\n");
    assertThat(folder.readRepo().signatures().required()).isFalse();
  }

  @Test
  void builtInRepositoriesInheritNeither() throws ConfigException {
    folder.conf("[main]\nrepo_gpgcheck = 1\ngpgkey = http://up.example/key\n");
    Config config = folder.read();
    assertThat(config.profiles()).isNotEmpty();
    assertThat(config.repos().values())
        .allMatch(repo -> repo.signatures().equals(SignaturePolicy.NONE));
  }

  @Test
  void clientsFileWithoutKeysIsTakenWithAWarning() throws ConfigException {
    Config config = folder.section("repo_gpgcheck=1\n").read();
    assertThat(config.warnings())
        .singleElement()
        .asString()
        .contains("[test] repo_gpgcheck: repo 'test': there is no gpgkey to verify with");
    assertThat(ConfigFolder.repo(config, "test").signatures().required()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///nowhere/key",
        "ftp://up.example/key",
        "http://user:secret@up.example/key",
        "http://up.example/$basearch/key",
        "http://up.example/$unknown/key",
        "file://up.example/key",
        "file:///",
        "key"
      })
  void clientsFileWhoseKeyCannotBeUsedBelievesNothingAndWarns(String key) throws ConfigException {
    Config config = folder.section("repo_gpgcheck=1\ngpgkey=" + key + "\n").read();
    assertThat(config.warnings()).isNotEmpty().allMatch(line -> line.contains("[test] gpgkey: "));
    assertThat(String.join("\n", config.warnings())).doesNotContain("secret");
    assertThat(ConfigFolder.repo(config, "test").signatures().required()).isTrue();
  }

  @Test
  void whatTheAdministratorDemandsInVainIsAnError() {
    folder.main("repo_gpgcheck = 1\n").section("");
    assertRefused("[main] repo_gpgcheck: repo 'test': there is no gpgkey to verify with");
    folder.main("repo_gpgcheck = 1\n").section("gpgkey=file:///nowhere/key\n");
    assertRefused("[test] gpgkey: file:///nowhere/key is no readable file");
    folder.main("\n" + SECTION + "repo_gpgcheck = 1\n").repo("test.repo", "");
    assertRefused("[test] repo_gpgcheck: repo 'test': there is no gpgkey to verify with");
    folder.main("repo_gpgcheck = perhaps\n");
    assertRefused("[main] repo_gpgcheck: 'perhaps' is no yes or no");
  }

  @Test
  void nothingCanBeVerifiedOfRepodataThatIsNotLookedAt() throws ConfigException {
    String lines = "trust_repodata=no\nrepo_gpgcheck=1\ngpgkey=http://up.example/key\n";
    Config config = folder.section(lines).read();
    assertThat(config.warnings()).singleElement().asString().contains("trust_repodata = no");
    assertThat(List.copyOf(config.repos().values()).get(0).signatures().required()).isFalse();
    folder.main("\n" + SECTION + lines).repo("test.repo", "");
    assertRefused("of no use with trust_repodata = no");
  }
}
