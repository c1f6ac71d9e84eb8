package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The built-in repositories. */
class ProfilesTest {

  private static final Map<String, String> VALUES =
      Map.of("releasever", "42", "stream", "9-stream", "basearch", "x86_64");

  private final ConfigFolder folder;

  ProfilesTest(@TempDir Path temp) {
    this.folder = new ConfigFolder(temp);
  }

  private Config read(String lines) throws ConfigException {
    return folder.conf("[main]\nreposdir = repos.d\nvarsdir = vars\n" + lines).read();
  }

  private static List<Repo> all() throws ConfigException {
    return Profiles.read(new Settings(Map.of(), null))
        .wanted(new Setting("test", Path.of("/"), "main", "profiles", "yes"));
  }

  @ParameterizedTest
  @MethodSource("all")
  void eachHasANameAndStandsForWellFormedUrls(Repo profile) {
    assertThat(profile.name()).isNotEqualTo(profile.id().value());
    StringBuilder path = new StringBuilder();
    profile.variables().forEach(name -> path.append(VALUES.get(name)).append('/'));
    path.append("repodata/repomd.xml");
    assertThat(profile.pathBelowBase(path.toString())).contains("repodata/repomd.xml");
    assertThat(profile.list() != null || !profile.baseUrls().isEmpty()).isTrue();
    if (profile.list() != null) {
      URI list = profile.listUri(path.toString()).orElseThrow();
      assertThat(list.toString()).startsWith("https://mirrors.").doesNotContain("$");
    }
    for (BaseUrl base : profile.baseUrls()) {
      assertThat(profile.upstreamUri(base, path.toString()).orElseThrow().toString())
          .doesNotContain("$")
          .matches(Pattern.compile("https?://[a-z.]+/.*/repodata/repomd\\.xml"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "fedora, 42/x86_64/a.rpm,"
        + " https://mirrors.fedoraproject.org/metalink?repo=fedora-42&arch=x86_64",
    "updates, 42/aarch64/a.rpm,"
        + " https://mirrors.fedoraproject.org/metalink?repo=updates-released-f42&arch=aarch64",
    "epel, 9/x86_64/a.rpm, https://mirrors.fedoraproject.org/metalink?repo=epel-9&arch=x86_64",
    "epel, 10/x86_64/a.rpm, https://mirrors.fedoraproject.org/metalink?repo=epel-10&arch=x86_64",
    "epel, 10.1/x86_64/a.rpm,"
        + " https://mirrors.fedoraproject.org/metalink?repo=epel-z-10.1&arch=x86_64",
    "centos-stream-baseos, 10-stream/x86_64/a.rpm,"
        + " 'https://mirrors.centos.org/metalink?repo=centos-baseos-10-stream&arch=x86_64&protocol=https,http'",
    "rocky-appstream, 9/x86_64/a.rpm,"
        + " https://mirrors.rockylinux.org/mirrorlist?arch=x86_64&repo=AppStream-9",
    "almalinux-baseos, 9/x86_64/a.rpm, https://mirrors.almalinux.org/mirrorlist/9/baseos",
  })
  void aPathStandsForAList(String id, String path, String list) throws ConfigException {
    Repo repo = ConfigFolder.repo(read(""), id);
    assertThat(repo.listUri(path)).contains(URI.create(list));
  }

  @ParameterizedTest
  @CsvSource({
    "almalinux-crb, 9/x86_64/a.rpm,"
        + " https://repo.almalinux.org/almalinux/9/CRB/x86_64/os/a.rpm",
    "opensuse-leap15-update-sle, 15.6/x86_64/a.rpm,"
        + " http://cdn.opensuse.org/update/leap/15.6/sle/x86_64/a.rpm",
    "opensuse-leap-oss, 16.0/x86_64/a.rpm,"
        + " http://cdn.opensuse.org/distribution/leap/16.0/repo/oss/x86_64/a.rpm",
    "opensuse-tumbleweed-oss, noarch/a.rpm,"
        + " http://cdn.opensuse.org/tumbleweed/repo/oss/noarch/a.rpm",
  })
  void aPathStandsForAFileBelowTheBaseUrl(String id, String path, String url)
      throws ConfigException {
    Repo repo = ConfigFolder.repo(read(""), id);
    assertThat(repo.upstreamUri(repo.baseUrls().get(0), path)).contains(URI.create(url));
  }

  @Test
  void allAreThereByDefaultAndNoneIfNotWanted() throws ConfigException {
    Config config = read("");
    assertThat(config.profiles()).hasSameSizeAs(all()).isEqualTo(config.repos().keySet());
    assertThat(config.warnings()).isEmpty();
    assertThat(read("profiles = no\n").repos()).isEmpty();
  }

  @Test
  void someMayBeChosen() throws ConfigException {
    Config config = read("profiles = epel, updates\n");
    assertThat(config.profiles())
        .containsExactlyInAnyOrder(new RepoId("updates"), new RepoId("epel"));
    assertThatThrownBy(() -> read("profiles = eple\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(":4: [main] profiles: there is no profile 'eple'; the nearest one is")
        .hasMessageContaining("'epel'");
  }

  @Test
  void aSectionOfTheSameIdTakesThePlaceOfOneAndADisabledOneOfNone() throws ConfigException {
    folder.repo(
        "f.repo", "[fedora]\nbaseurl=http://up.example/f/\n[updates]\nenabled=0\nnonsense=1\n");
    Config config = read("");
    assertThat(ConfigFolder.repo(config, "fedora").baseUrls())
        .containsExactly(new BaseUrl("http://up.example/f/"));
    assertThat(config.repos()).doesNotContainKey(new RepoId("updates"));
    assertThat(config.profiles())
        .doesNotContain(new RepoId("fedora"), new RepoId("updates"))
        .contains(new RepoId("epel"));
  }

  @Test
  void theyInheritFromMainButNoCredentials() throws ConfigException {
    folder.write("cert.pem", "");
    Config config = read("timeout = 20\nusername = u\npassword = p\nsslclientcert = cert.pem\n");
    Transport transport = ConfigFolder.repo(config, "epel").transport();
    assertThat(transport.timeout().toSeconds()).isEqualTo(20);
    assertThat(transport.username()).isNull();
    assertThat(transport.password()).isNull();
    assertThat(transport.sslClientCert()).isNull();
  }
}
