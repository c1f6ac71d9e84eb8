package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepoFileTest {

  private final Path temp;
  private final ConfigFolder folder;

  RepoFileTest(@TempDir Path temp) {
    this.temp = temp;
    this.folder = new ConfigFolder(temp);
  }

  @Test
  void defaultsAreAsDocumented() throws ConfigException {
    Repo repo = folder.section("").readRepo();
    assertThat(repo.name()).isEqualTo("test");
    assertThat(repo.baseUrls()).containsExactly(new BaseUrl("http://up.example/x/"));
    assertThat(repo.classifier()).isEqualTo(Classifier.BUILT_IN);
    assertThat(repo.lifetimes())
        .isEqualTo(
            new Lifetimes(
                Duration.ofSeconds(60),
                Duration.ofHours(1),
                Duration.ofSeconds(5),
                Duration.ofHours(48),
                true,
                3,
                Duration.ZERO,
                Duration.ofMinutes(15)));
    assertThat(repo.retries()).isEqualTo(4);
    assertThat(repo.maxParallelDownloads()).isEqualTo(8);
    assertThat(repo.segmentation()).isEqualTo(new Segmentation(64 << 20, 4, 1));
    Transport transport = repo.transport();
    assertThat(transport.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(transport.timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(transport.minRate()).isEqualTo(1000);
    assertThat(transport.sslVerify()).isTrue();
    assertThat(transport.maxConnectionsPerHost()).isEqualTo(32);
    assertThat(transport.proxy()).isNull();
    assertThat(transport.proxyUsername()).isNull();
    assertThat(transport.proxyPassword()).isNull();
    assertThat(transport.sslCaCert()).isNull();
    assertThat(transport.sslClientCert()).isNull();
    assertThat(transport.sslClientKey()).isNull();
    assertThat(transport.username()).isNull();
    assertThat(transport.password()).isNull();
    assertThat(transport.redirectHosts()).containsExactly("up.example:80");
  }

  @Test
  void eachKeyOfASectionIsRead() throws ConfigException {
    folder.write("repos.d/ca.pem", "").write("cert.pem", "").write("key.pem", "");
    Repo repo =
        folder
            .section(
                """
                name = A name
                mirror_metadata_expire = 5m
                package_expire = never
                negative_expire = 0
                vanish_after = 1d
                trust_repodata = no
                keep_generations = 5
                keep_vanished = 7d
                metadata_timer_sync = 1h
                connect_timeout = 1
                timeout = 2
                minrate = 3k
                retries = 5
                max_parallel_downloads = 6
                max_connections_per_host = 7
                segment_min = 2M
                segments = 3
                segments_per_upstream = 2
                proxy = http://p.example:3128
                proxy_username = pu
                proxy_password = pp$word
                sslverify = no
                sslcacert = ca.pem
                sslclientcert = %s
                sslclientkey = ../key.pem
                username = u
                password = p=$w#
                redirect_hosts = r.example:8080
                cache_patterns = a* b*
                pass_patterns = c*
                bandwidth = 1M
                throttle = 50%%
                """
                    .formatted(temp.resolve("cert.pem")))
            .readRepo();
    assertThat(repo.name()).isEqualTo("A name");
    assertThat(repo.classifier()).isEqualTo(new Classifier(List.of("a*", "b*"), List.of("c*")));
    assertThat(repo.lifetimes())
        .isEqualTo(
            new Lifetimes(
                Duration.ofMinutes(5),
                null,
                Duration.ZERO,
                Duration.ofDays(1),
                false,
                5,
                Duration.ofDays(7),
                Duration.ofHours(1)));
    assertThat(repo.retries()).isEqualTo(5);
    assertThat(repo.maxParallelDownloads()).isEqualTo(6);
    assertThat(repo.segmentation()).isEqualTo(new Segmentation(2 << 20, 3, 2));
    assertThat(repo.transport())
        .isEqualTo(
            new Transport(
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                3072,
                URI.create("http://p.example:3128"),
                "pu",
                "pp$word",
                false,
                temp.resolve("repos.d/ca.pem"),
                temp.resolve("cert.pem"),
                temp.resolve("key.pem"),
                "u",
                "p=$w#",
                java.util.Set.of("r.example:8080", "up.example:80"),
                7));
  }

  @Test
  void aSectionInheritsFromMainAndWinsOverIt() throws ConfigException {
    folder
        .main("timeout = 20\nretries = 2\nproxy = http://p.example:1\nusername = u\npassword = p\n")
        .section("retries = 3\nproxy = _none_\nusername =\npassword =\n");
    Repo repo = folder.readRepo();
    assertThat(repo.transport().timeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(repo.retries()).isEqualTo(3);
    assertThat(repo.transport().proxy()).isNull();
    assertThat(repo.transport().username()).isNull();
    assertThat(repo.transport().password()).isNull();
  }

  @Test
  void anEmptyProxyIsNone() throws ConfigException {
    folder.main("proxy = http://p.example:1\n").section("proxy =\n");
    assertThat(folder.readRepo().transport().proxy()).isNull();
  }

  @Test
  void baseUrlsAreAListAndGetTheirSlash() throws ConfigException {
    folder.repo(
        "test.repo",
        """
        [test]
        baseurl = http://one.example/x, http://two.example
            https://three.example/y/ http://one.example/x/
        """);
    assertThat(folder.readRepo().baseUrls())
        .containsExactly(
            new BaseUrl("http://one.example/x/"),
            new BaseUrl("http://two.example/"),
            new BaseUrl("https://three.example/y/"));
  }

  @Test
  void variablesBecomePathSegmentsOrHaveTheirValueOnTheServer() throws ConfigException {
    folder
        .variable("contentdir", "pub/rocky\nsecond line\n")
        .variable("rltype", "")
        .variable("releasever", "never looked up")
        .repo(
            "test.repo",
            """
            [test]
            name = Rocky $releasever - $contentdir $unknown
            baseurl = http://up.example/$contentdir/$releasever/BaseOS${rltype}/${basearch}/os
            """);
    Repo repo = folder.readRepo();
    assertThat(repo.baseUrls())
        .containsExactly(
            new BaseUrl("http://up.example/pub/rocky/$releasever/BaseOS/${basearch}/os/"));
    assertThat(repo.variables()).containsExactly("releasever", "basearch");
    assertThat(repo.name()).isEqualTo("Rocky never looked up - pub/rocky $unknown");
  }

  @Test
  void aVariableInALaterFolderWins() throws ConfigException {
    folder
        .conf("[main]\nreposdir = repos.d\nvarsdir = missing vars more\n")
        .variable("a", "first")
        .variable("b", "first")
        .write("more/a", "second")
        .repo("test.repo", "[test]\nbaseurl = http://up.example/$a/$b/\n");
    assertThat(folder.readRepo().baseUrls())
        .containsExactly(new BaseUrl("http://up.example/second/first/"));
  }

  @Test
  void aVariableWithoutValueIsAnErrorThatSaysWhereToGiveOne() {
    folder.repo("test.repo", "[test]\nbaseurl=http://up.example/$contentdir/\n");
    assertRefused(
        "test.repo:2: [test] baseurl: the variable '$contentdir' has no value; give it one in "
            + temp.resolve("vars/contentdir"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpgcheck=1",
        "gpgkey=file:///x/$unknown",
        "repo_gpgcheck=0",
        "metadata_expire=7d",
        "skip_if_unavailable=True",
        "countme=1",
        "priority=99",
        "type=rpm-md",
        "autorefresh=1",
        "keeppackages=0",
        "failovermethod=priority",
        "module_hotfixes=1",
        "cost=1000",
        "excludepkgs=a*",
        "includepkgs=b*",
        "enabled_metadata=1",
        "fastestmirror=1",
        "deltarpm=0",
        "ui_repoid_vars=x",
        "ip_resolve=4",
        "path=/",
        "mirrorlist_expire=7d",
        "zchunk=1",
      })
  void whatOnlyClientsUseIsIgnoredInSilence(String line) throws ConfigException {
    assertThat(folder.section(line).read().warnings()).isEmpty();
  }

  @Test
  void anUnknownKeyIsAWarningThatNamesTheNearestOne() throws ConfigException {
    assertThat(folder.section("packages_expire = 2h\ngpgchek=1\n").read().warnings())
        .containsExactly(
            place(3)
                + "[test] packages_expire: unknown key; the nearest known one is"
                + " 'package_expire'",
            place(4) + "[test] gpgchek: unknown key; the nearest known one is 'gpgcheck'");
  }

  @Test
  void aKeyOfMainIsAWarningToo() throws ConfigException {
    assertThat(folder.section("port = 1\n[main]\nport = 2\n").read().warnings())
        .containsExactly(
            place(3)
                + "[test] port: belongs in [main] of instantmirror.conf, not in a"
                + " repository's section",
            place(4) + "[main]: belongs in instantmirror.conf; left out");
  }

  @Test
  void ofAKeyThatComesTwiceTheLastOneCounts() throws ConfigException {
    Config config = folder.section("retries = 1\nretries = 2\n").read();
    assertThat(ConfigFolder.repo(config, "test").retries()).isEqualTo(2);
    assertThat(config.warnings())
        .containsExactly(
            place(4)
                + "[test] retries: already given at "
                + temp.resolve("repos.d/test.repo")
                + ":3; the last one counts");
  }

  @ParameterizedTest
  @CsvSource({
    "metalink, METALINK, https://m.example/metalink?repo=fedora-$releasever&arch=$basearch,"
        + " releasever basearch",
    "metalink, METALINK, 'https://m.example/metalink?repo=baseos-$stream&protocol=https,http',"
        + " stream",
    "mirrorlist, MIRRORLIST, https://m.example/?arch=$basearch&repo=BaseOS-$releasever$rltype,"
        + " releasever basearch",
    "mirrorlist, MIRRORLIST, http://m.example/?repo=${releasever}&infra=$infra, releasever",
    "metalink, METALINK,"
        + " https://m.example/metalink?repo=epel-$releasever&infra=$infra&content=$contentdir,"
        + " releasever",
    "metalink, METALINK,"
        + " https://m.example/metalink?repo=epel${releasever_minor:+-z}-$releasever&arch=$basearch,"
        + " releasever basearch",
    "mirrorlist, MIRRORLIST, http://m.example/list, ''",
  })
  void aListDoesWithoutBaseUrlAndItsVariablesLeadThePath(
      String key, ListUrl.Kind kind, String url, String variables) throws ConfigException {
    Config config = folder.repo("test.repo", "[test]\n" + key + "=" + url + "\n").read();
    Repo repo = ConfigFolder.repo(config, "test");
    assertThat(config.warnings()).isEmpty();
    assertThat(repo.baseUrls()).isEmpty();
    assertThat(repo.list())
        .isEqualTo(
            new ListUrl(
                kind,
                url.replace("$infra", "stock")
                    .replace("$rltype", "")
                    .replace("$contentdir", "centos"),
                Duration.ofHours(1)));
    assertThat(String.join(" ", repo.variables())).isEqualTo(variables);
  }

  @Test
  void aMetalinkWinsOverAMirrorlist() throws ConfigException {
    folder.main("mirror_list_expire = 5m\n").section("mirrorlist=http://a/\nmetalink=http://b/\n");
    assertThat(folder.readRepo().list())
        .isEqualTo(new ListUrl(ListUrl.Kind.METALINK, "http://b/", Duration.ofMinutes(5)));
  }

  @Test
  void aListThatUsesOtherVariablesThanBaseUrlIsLeftOut() throws ConfigException {
    Config config = folder.section("metalink=http://m.example/$releasever\n").read();
    assertThat(ConfigFolder.repo(config, "test").list()).isNull();
    assertThat(config.warnings())
        .containsExactly(
            place(3) + "[test] metalink: uses a variable that baseurl doesn't; left out");
  }

  @Test
  void aListThatIsNotHttpIsLeftOut() throws ConfigException {
    Config config = folder.section("mirrorlist=file:///etc/yum.repos.d/mirrors\n").read();
    assertThat(ConfigFolder.repo(config, "test").list()).isNull();
    assertThat(config.warnings())
        .containsExactly(
            place(3) + "[test] mirrorlist: is neither an http nor an https URL; left out");
  }

  @Test
  void aMetalinkBesideABaseUrlIsNoWarning() throws ConfigException {
    Config config = folder.section("metalink=https://m.example/metalink\n").read();
    assertThat(config.warnings()).isEmpty();
    assertThat(config.repos()).containsKey(new RepoId("test"));
  }

  @Test
  void baseUrlsThatAreNotHttpAreLeftOut() throws ConfigException {
    folder.repo(
        "test.repo", "[test]\nbaseurl=ftp://u:secret@up.example/ http://up.example/ file:///mnt\n");
    Config config = folder.read();
    assertThat(ConfigFolder.repo(config, "test").baseUrls())
        .containsExactly(new BaseUrl("http://up.example/"));
    assertThat(config.warnings())
        .containsExactly(
            place(2) + "[test] baseurl: URL number 1 is neither http nor https; left out",
            place(2) + "[test] baseurl: URL number 3 is neither http nor https; left out");
  }

  @ParameterizedTest
  @CsvSource({
    "'[test]\nname=x', ':1: [test]: has no baseurl, metalink or mirrorlist; give one, or enabled = 0'",
    "'[test]\nbaseurl=', ':1: [test]: has no baseurl'",
    "'[test]\nmetalink=http://u:secret@up.example/', ':2: [test] metalink: the URL holds a user'",
    "'[test]\nmetalink=http://$arch/', ':2: [test] metalink: a variable stands in the host'",
    "'[test]\nmirrorlist=http://up.example/$x', 'the variable ''$x'' has no value'",
    "'[test]\nmetalink=http://up.example/\nmirror_list_expire=1s', ':3: [test] mirror_list_expire'",
    "'[test]\nbaseurl=ftp://up.example/', ':2: [test] baseurl: holds no http or https URL'",
    "'[test]\nbaseurl=http://u:secret@up.example/', ':2: [test] baseurl: the URL holds a user'",
    "'[test]\nbaseurl=http://up.example/?x', ':2: [test] baseurl: the URL has a query'",
    "'[test]\nbaseurl=http://$stream/', ':2: [test] baseurl: a variable stands in the host'",
    "'[test]\nbaseurl=http://a.example/$arch/ http://b.example/', 'use different variables'",
    "'[test]\nbaseurl=http://up.example/\nenabled=si', ':3: [test] enabled: ''si'' is no yes or no'",
    "'[test]\nbaseurl=http://up.example/\ntimeout=1y', ':3: [test] timeout: ''1y'''",
    "'[test]\nbaseurl=http://up.example/\nretries=0', ':3: [test] retries: ''0'''",
    "'[.x]\nbaseurl=http://up.example/', ':1: [.x]: is no repository id'",
    "'[_x]\nbaseurl=http://up.example/', ':1: [_x]: is no repository id'",
    "'[a/b]\nbaseurl=http://up.example/', ':1: [a/b]: is no repository id'",
    "'[a b]\nbaseurl=http://up.example/', ':1: [a b]: is no repository id'",
    "'[]\nbaseurl=http://up.example/', ':1: []: is no repository id'",
    "'[test]\nbaseurl http://up.example/', ':2: neither'",
    "'baseurl=http://up.example/', ':1: baseurl: stands in no section'",
  })
  void aBadRepoFileIsRefusedWithFileLineAndKey(String text, String message) {
    folder.repo("test.repo", text);
    assertThatThrownBy(folder::read)
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(temp.resolve("repos.d/test.repo") + ":")
        .message()
        .contains(message)
        .doesNotContain("secret");
  }

  @Test
  void passwordsAreNotInWhatIsPrinted() throws ConfigException {
    Config config = folder.section("username = u\npassword = secret\n").read();
    assertThat(config.toString()).doesNotContain("secret");
  }

  @Test
  void anOrdinaryFedoraFileIsTakenAsItIs() throws ConfigException {
    folder.repo(
        "fedora.repo",
        """
        [fedora]
        name=Fedora $releasever - $basearch
        baseurl=http://download.example/pub/fedora/linux/releases/$releasever/Everything/$basearch/os/
        metalink=https://mirrors.example/metalink?repo=fedora-$releasever&arch=$basearch
        enabled=1
        countme=1
        metadata_expire=7d
        repo_gpgcheck=0
        type=rpm
        gpgcheck=1
        gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-$releasever-$basearch
        skip_if_unavailable=False

        [fedora-debuginfo]
        name=Fedora $releasever - $basearch - Debug
        metalink=https://mirrors.example/metalink?repo=fedora-debug-$releasever&arch=$basearch
        enabled=0
        """);
    Config config = folder.read();
    assertThat(config.warnings()).isEmpty();
    Repo fedora = ConfigFolder.repo(config, "fedora");
    assertThat(fedora.name()).isEqualTo("Fedora $releasever - $basearch");
    assertThat(
            fedora
                .upstreamUri(fedora.baseUrls().get(0), "40/x86_64/repodata/repomd.xml")
                .orElseThrow())
        .hasToString(
            "http://download.example/pub/fedora/linux/releases/40/Everything/x86_64/os/repodata/repomd.xml");
    assertThat(config.repos()).hasSize(1);
  }

  private String place(int line) {
    return temp.resolve("repos.d/test.repo") + ":" + line + ": ";
  }

  private void assertRefused(String message) {
    assertThatThrownBy(folder::read)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }
}
