package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {

  private final Path temp;
  private final ConfigFolder folder;

  ConfigReaderTest(@TempDir Path temp) {
    this.temp = temp;
    this.folder = new ConfigFolder(temp);
  }

  @Test
  void defaultsAreAsDocumented() throws ConfigException {
    Config config = folder.section("").read();
    assertThat(config.address()).isNull();
    assertThat(config.port()).isEqualTo(8080);
    assertThat(config.cacheDir()).isEqualTo(temp.resolve("cache"));
    assertThat(config.indexDir()).isNull();
    assertThat(config.minFree()).isEqualTo(new FreeSpaceLimit(1L << 30, 5));
    assertThat(config.abandonedLimit()).isEqualTo(64L << 20);
    assertThat(config.maxDownloads()).isEqualTo(64);
    assertThat(config.downloadQueue()).isEqualTo(1000);
    assertThat(config.queueTimeout()).isEqualTo(Duration.ofSeconds(25));
    assertThat(config.maxPassThrough()).isEqualTo(200);
    assertThat(config.shutdownTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.heads()).isEqualTo(100_000);
    assertThat(config.adminClients())
        .map(AddressRange::toString)
        .containsExactly("127.0.0.0/8", "0:0:0:0:0:0:0:1/128");
    assertThat(config.warnings()).isEmpty();
    assertThat(config.repos()).containsOnlyKeys(new RepoId("test"));
    assertThat(ConfigSources.DEFAULT_CACHE_DIR).isEqualTo(Path.of("/var/cache/instantmirror"));
    assertThat(ConfigSources.DEFAULT_CONFIG_FILE)
        .isEqualTo(Path.of("/etc/instantmirror/instantmirror.conf"));
    assertThat(ConfigKey.REPOSDIR.defaultText()).isEqualTo("/etc/instantmirror/repos.d");
  }

  @Test
  void eachKeyOfMainIsRead() throws ConfigException, IOException {
    Config config =
        folder
            .main(
                """
                address = 127.0.0.1
                port = 0
                cachedir = /srv/mirror
                indexdir = index
                min_free = 10%
                abandoned_limit = 1M
                max_downloads = 2
                download_queue = 0
                queue_timeout = 0.5
                max_pass_through = 3
                shutdown_timeout = 0
                heads_in_memory = 10
                admin_clients = 10.0.0.5, fd00::/8
                """)
            .read();
    assertThat(config.address()).extracting(InetAddress::getHostAddress).isEqualTo("127.0.0.1");
    assertThat(config.port()).isZero();
    assertThat(config.cacheDir()).isEqualTo(Path.of("/srv/mirror"));
    assertThat(config.indexDir()).isEqualTo(temp.resolve("index"));
    assertThat(config.minFree()).isEqualTo(FreeSpaceLimit.ofPercent(10));
    assertThat(config.abandonedLimit()).isEqualTo(1L << 20);
    assertThat(config.maxDownloads()).isEqualTo(2);
    assertThat(config.downloadQueue()).isZero();
    assertThat(config.queueTimeout()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.maxPassThrough()).isEqualTo(3);
    assertThat(config.shutdownTimeout()).isZero();
    assertThat(config.heads()).isEqualTo(10);
    assertThat(config.adminClients())
        .map(AddressRange::toString)
        .containsExactly("10.0.0.5/32", "fd00:0:0:0:0:0:0:0/8");
  }

  @Test
  void theCommandLineWinsOverMain() throws ConfigException, IOException {
    folder.main("address = 127.0.0.1\nport = 1\ncachedir = /srv/mirror\n");
    folder.section("").write("other/o.repo", "[other]\nbaseurl=http://up.example/\n");
    Config config =
        folder.read(
            new ConfigSources.Overrides("::1", 2, Path.of("/tmp/a b, c"), temp.resolve("other")));
    assertThat(config.address())
        .isEqualTo(
            InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
    assertThat(config.port()).isEqualTo(2);
    assertThat(config.cacheDir()).isEqualTo(Path.of("/tmp/a b, c"));
    assertThat(config.repos()).containsOnlyKeys(new RepoId("other"));
  }

  @Test
  void aFolderOnTheCommandLineMayHoldSpacesAndCommas() throws ConfigException {
    folder.write("a b, c/o.repo", "[other]\nbaseurl=http://up.example/\n");
    Config config =
        folder.read(new ConfigSources.Overrides(null, null, null, temp.resolve("a b, c")));
    assertThat(config.repos()).containsKey(new RepoId("other"));
  }

  @Test
  void badValuesOnTheCommandLineNameTheOption() {
    assertThatThrownBy(() -> folder.read(new ConfigSources.Overrides(null, 70_000, null, null)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "command line: --port: '70000' is out of range or no number; allowed is 0 to 65535");
    assertThatThrownBy(
            () -> folder.read(new ConfigSources.Overrides(null, null, null, temp.resolve("x"))))
        .isInstanceOf(ConfigException.class)
        .hasMessage("command line: --reposdir: " + temp.resolve("x") + " is no folder");
  }

  @Test
  void aMissingDefaultFileIsNoErrorAndANamedOneIs() throws ConfigException {
    Path missing = temp.resolve("missing.conf");
    ConfigSources.Overrides none = ConfigSources.Overrides.NONE;
    Config config = ConfigReader.read(new ConfigSources(missing, false, none, temp));
    assertThat(config.port()).isEqualTo(8080);
    assertThat(ConfigReader.read(new ConfigSources(null, false, none, temp)).port())
        .isEqualTo(8080);
    assertThatThrownBy(() -> ConfigReader.read(new ConfigSources(missing, true, none, temp)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(missing + ": no such file");
  }

  @Test
  void aFolderOfRepositoriesThatSomebodyNamedMustExist() {
    folder.conf("[main]\nreposdir = nowhere\n");
    assertRefused(":2: [main] reposdir: " + temp.resolve("nowhere") + " is no folder");
  }

  @ParameterizedTest
  @CsvSource({
    "port = 80x, port: '80x' is out of range or no number; allowed is 0 to 65535",
    "port = -1, port: '-1' is out of range",
    "max_downloads = 0, allowed is 1 to 10000",
    "download_queue = -1, allowed is 0 to 1000000",
    "max_pass_through = 0, allowed is 1 to 100000",
    "heads_in_memory = 0, allowed is 1 to 100000000",
    "admin_clients = admin.example, is no address",
    "admin_clients = 10.0.0.1/8, has bits set behind the first 8",
    "queue_timeout = 11m, allowed is 0.1s to 10m",
    "shutdown_timeout = 2h, allowed is 0 to 1h",
    "min_free = much, 'much' is no free space",
    "abandoned_limit = 1X, '1X' is no size",
    "mirror_metadata_expire = never, allowed is 0 to 36500d",
    "package_expire = soon, 'soon' is out of range or no duration",
    "negative_expire = 1w, negative_expire",
    "vanish_after = x, vanish_after",
    "connect_timeout = 0, allowed is 0.1s to 10m",
    "timeout = 0, allowed is 0.1s to 1h",
    "minrate = x, minrate",
    "retries = 0, allowed is 1 to 100",
    "max_parallel_downloads = 0, allowed is 1 to 1000",
    "max_connections_per_host = 0, allowed is 1 to 1000",
    "segment_min = 1k, allowed is 1M to 1T",
    "segments = 0, allowed is 1 to 16",
    "segments_per_upstream = 17, allowed is 1 to 16",
    "proxy = https://p.example:1, not an HTTP proxy",
    "base_url = mirror.example:8080, not the URL of a server",
    "base_url = http://mirror.example/?x, not the URL of a server",
    "base_url = http://mirror.example/$releasever/, not the URL of a server",
    "sslverify = maybe, sslverify",
    "sslcacert = nowhere.pem, nowhere.pem is no readable file",
    "sslclientcert = nowhere.pem, nowhere.pem is no readable file",
    "sslclientkey = nowhere.pem, of no use without sslclientcert",
    "password = x, of no use without username",
    "proxy_password = x, of no use without proxy_username",
    "redirect_hosts = http://x/, is no host",
    "cache_patterns = a[b, a '[' without its ']'",
    "pass_patterns = a[b, a '[' without its ']'",
    "bandwidth = x, bandwidth",
    "throttle = x, throttle",
  })
  void aBadValueInMainIsRefusedWithItsPlaceAlsoWithoutRepositories(String line, String problem) {
    folder.main("\n" + line + "\n");
    String key = line.substring(0, line.indexOf(' '));
    assertThatThrownBy(folder::read)
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(temp.resolve("instantmirror.conf") + ":5: [main] " + key + ": ")
        .message()
        .contains(problem)
        .doesNotContain("\n");
  }

  @Test
  void anUnknownKeyInMainIsAnErrorThatNamesTheNearestOne() {
    folder.main("cachdir = /x\n");
    assertRefused(":4: [main] cachdir: unknown key; the nearest known one is 'cachedir'");
    folder.main("gpgcheck = 1\n");
    assertRefused(":4: [main] gpgcheck: unknown key; the nearest known one is");
  }

  @Test
  void aRepositorysKeyInMainIsAnError() {
    folder.main("baseurl = http://up.example/\n");
    assertRefused(":4: [main] baseurl: belongs in a repository's section");
  }

  @Test
  void aKeyOrSectionThatComesTwiceIsAnError() {
    folder.main("port = 1\nport = 2\n");
    assertRefused(":5: [main] port: already given at " + temp.resolve("instantmirror.conf") + ":4");
    folder.main("[main]\n");
    assertRefused(":5: [main]: begins a second time");
  }

  @Test
  void aLineThatIsNotOfTheLanguageIsAnError() {
    folder.main("what is this\n");
    assertRefused(":4: neither '[section]' nor 'key = value' nor a comment");
  }

  @Test
  void repositoriesMayStandInTheConfigurationFileItself() throws ConfigException {
    folder.main("[here]\nbaseurl=http://up.example/h/\ngpgcheck=1\n").section("");
    assertThat(folder.read().repos()).containsOnlyKeys(new RepoId("here"), new RepoId("test"));
  }

  @Test
  void anUnknownKeyOfARepositoryIsAnErrorInTheConfigurationFile() {
    folder.main("[here]\nbaseurl=http://up.example/h/\nbasurl=x\n");
    assertRefused(":7: [here] basurl: unknown key; the nearest known one is 'baseurl'");
  }

  @Test
  void repoFilesAreReadInAlphabeticalOrderAndOtherFilesNotAtAll()
      throws ConfigException, IOException {
    folder
        .repo("b.repo", "[b]\nbaseurl=http://up.example/b/\n")
        .repo("a.repo", "[z]\nbaseurl=http://up.example/z/\n[a]\nbaseurl=http://up.example/a/\n")
        .repo("c.repo.rpmnew", "[c]\nnonsense")
        .repo(".hidden.repo", "[d]\nnonsense");
    Files.createDirectory(temp.resolve("repos.d/folder.repo"));
    Config config = folder.read();
    assertThat(config.repos().keySet())
        .containsExactly(new RepoId("z"), new RepoId("a"), new RepoId("b"));
    assertThat(config.warnings()).isEmpty();
  }

  @Test
  void severalFoldersOfRepositoriesAreReadInTheirOrder() throws ConfigException {
    folder
        .conf("[main]\nprofiles = no\nreposdir = repos.d, more\n")
        .repo("z.repo", "[z]\nbaseurl=http://up.example/z/\n")
        .write("more/a.repo", "[a]\nbaseurl=http://up.example/a/\n");
    assertThat(folder.read().repos().keySet()).containsExactly(new RepoId("z"), new RepoId("a"));
  }

  @Test
  void oneIdInTwoFilesIsAnErrorThatNamesBothPlaces() {
    folder
        .repo("a.repo", "\n[x]\nbaseurl=http://up.example/1/\n")
        .repo("b.repo", "[x]\nbaseurl=http://up.example/2/\n");
    assertRefused("b.repo:1: [x]: the id is taken, at " + temp.resolve("repos.d/a.repo") + ":2");
  }

  @Test
  void aDisabledSectionTakesNoId() throws ConfigException {
    folder
        .repo("a.repo", "[x]\nbaseurl=http://up.example/1/\nenabled=0\nnonsense=1\n")
        .repo("b.repo", "[x]\nbaseurl=http://up.example/2/\n");
    Config config = folder.read();
    assertThat(ConfigFolder.repo(config, "x").baseUrls())
        .containsExactly(new BaseUrl("http://up.example/2/"));
    assertThat(config.warnings()).isEmpty();
  }

  @Test
  void redirectsMayLeadToTheBaseUrlsOfAllRepositories() throws ConfigException {
    folder
        .main("redirect_hosts = cdn.example:8080\n")
        .repo("a.repo", "[a]\nbaseurl=http://127.0.0.1:8001/x/, https://Up.example/y/\n")
        .repo("b.repo", "[b]\nbaseurl=http://10.0.0.1/\nredirect_hosts = own.example:1\n");
    Config config = folder.read();
    assertThat(ConfigFolder.repo(config, "a").transport().redirectHosts())
        .containsExactlyInAnyOrder(
            "cdn.example:8080", "127.0.0.1:8001", "up.example:443", "10.0.0.1:80");
    assertThat(ConfigFolder.repo(config, "b").transport().redirectHosts())
        .containsExactlyInAnyOrder(
            "own.example:1", "127.0.0.1:8001", "up.example:443", "10.0.0.1:80");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(folder::read)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }
}
