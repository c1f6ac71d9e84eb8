package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files and lists for clients speak of what a client may read, as the configuration has it by then.
 */
class ClientFilesAccessTest {

  private static final String ANN = basic("ann", "first");
  private static final String EVE = basic("eve", "third");

  @AutoClose private final FakeUpstream upstream = FakeUpstream.start();
  @AutoClose private final RunningMirror mirror;

  ClientFilesAccessTest(@TempDir Path folder) throws IOException {
    Path users =
        Files.writeString(
            folder.resolve("users.xml"),
            """
            <tomcat-users>
              <user username="ann" password="first" roles=""/>
              <user username="eve" password="third" roles=""/>
            </tomcat-users>
            """);
    mirror =
        RunningMirror.setup()
            // Not the address that requests come from: an administrator would be told of all.
            .main("admin_clients = 127.0.1.9")
            .main("users_file = " + users)
            .repo("open", urls())
            .repo("inner", urls(), "allow = 127.0.1.7")
            .repo("paid", urls(), "allow_users = ann")
            .start();
  }

  @BeforeEach
  void publish() throws Exception {
    new PublishedRepository(upstream, "/").add("a-1.rpm", Packages.rpm(1000, 1)).publish();
  }

  private List<String> urls() {
    return List.of(upstream.origin() + "/");
  }

  private static String basic(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair);
  }

  private RawResponse get(String path, String... fields) {
    return mirror.request("GET", path, fields);
  }

  private RawResponse getAs(int client, String path) throws IOException {
    return RawClient.getFrom(
        InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) client}), mirror.port(), path);
  }

  private void configure(String file, String text) throws IOException {
    Files.writeString(mirror.folder().resolve(file), text);
    InetAddress administrator = InetAddress.getByAddress(new byte[] {127, 0, 1, 9});
    try (RawClient client = RawClient.from(administrator, mirror.port())) {
      client.send("POST", "/api/v1/reload");
      RawResponse answer = client.receive("POST");
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/repos/", "/repos/all.repo"})
  void whatAClientMayNotReadIsNotListed(String page) throws Exception {
    assertThat(get(page).text()).contains("open").doesNotContain("inner", "paid");
    assertThat(getAs(7, page).text()).contains("open", "inner").doesNotContain("paid");
    assertThat(get(page, ANN).text()).contains("open", "paid").doesNotContain("inner");
    assertThat(get(page, EVE).text()).contains("open").doesNotContain("inner", "paid");
    assertThat(get(page, basic("ann", "wrong")).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/repos/%s.repo", "/repos/metalink/%s.repo", "/repos/mirrorlist/%s.repo"})
  void itHasNoFileForClientsEither(String file) throws Exception {
    RawResponse none = get(file.formatted("nothing"));
    assertThat(none.status()).isEqualTo(404);
    for (String id : List.of("inner", "paid")) {
      assertThat(get(file.formatted(id)).status()).isEqualTo(404);
      assertThat(get(file.formatted(id)).text()).isEqualTo(none.text());
    }
    assertThat(getAs(7, file.formatted("inner")).text()).contains("[inner]");
    assertThat(get(file.formatted("paid"), EVE).status()).isEqualTo(404);
    assertThat(get(file.formatted("paid"), ANN).text()).contains("[paid]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mirrorlist/", "/metalink/"})
  void aListOfItsMirrorsIsRefused(String list) throws Exception {
    assertThat(get(list + "open").status()).isEqualTo(200);
    RawResponse refused = get(list + "inner");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text()).isEqualTo("You may not read this repository.\n");
    assertThat(refused.header("Cache-Control")).isEqualTo("no-store");
    assertThat(getAs(7, list + "inner").text()).contains("/mirror/inner/");

    RawResponse asked = get(list + "paid");
    assertThat(asked.status()).isEqualTo(401);
    assertThat(asked.header("WWW-Authenticate")).startsWith("Basic realm=");
    assertThat(get(list + "paid", EVE).status()).isEqualTo(403);
    assertThat(get(list + "paid", ANN).text()).contains("/mirror/paid/");
  }

  @Test
  void allOfThemFollowAReload() throws Exception {
    assertThat(get("/repos/inner.repo").status()).isEqualTo(404);
    String added = "baseurl = " + urls().get(0) + "\n";
    configure("repos.d/test.repo", "[inner]\n" + added + "[new]\n" + added);

    assertThat(get("/repos/").text())
        .contains("/repos/inner.repo", "/repos/new.repo")
        .doesNotContain("open", "paid");
    assertThat(get("/repos/all.repo").text()).contains("[inner]", "[new]").doesNotContain("[open]");
    assertThat(get("/repos/open.repo").status()).isEqualTo(404);
    for (String list : List.of("/mirrorlist/", "/metalink/")) {
      assertThat(get(list + "inner").status()).isEqualTo(200);
      assertThat(get(list + "new").text()).contains("/mirror/new/");
      assertThat(get(list + "open").status()).isEqualTo(404);
      assertThat(get(list + "paid").status()).isEqualTo(404);
    }

    configure("repos.d/test.repo", "[inner]\nallow = none\n" + added);
    assertThat(get("/repos/").text()).doesNotContain("inner");
    assertThat(get("/metalink/inner").status()).isEqualTo(403);
    assertThat(get("/mirrorlist/inner").status()).isEqualTo(403);
  }

  @Test
  void theUrlThatTheyNameFollowsAReload() throws Exception {
    String own = "http://127.0.0.1:" + mirror.port() + "/mirror/open/";
    assertThat(get("/repos/open.repo").text()).contains("baseurl=" + own);
    assertThat(get("/mirrorlist/open").text()).startsWith(own);

    configure(
        "instantmirror.conf",
        """
        [main]
        address = 127.0.0.1
        shutdown_timeout = 0
        min_free = 1M
        profiles = no
        admin_clients = 127.0.1.9
        base_url = https://mirror.example/yum/
        """);

    String named = "https://mirror.example/yum/mirror/open/";
    assertThat(get("/repos/open.repo").text()).contains("baseurl=" + named);
    assertThat(get("/repos/").text()).contains("https://mirror.example/yum/repos/open.repo");
    assertThat(get("/mirrorlist/open").text()).startsWith(named);
    assertThat(get("/metalink/open").text()).contains(named + "repodata/repomd.xml");
  }
}
