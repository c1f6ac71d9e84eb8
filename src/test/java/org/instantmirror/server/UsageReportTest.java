package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients report and ask for is learnt, and told by the API. */
class UsageReportTest {

  private static final String TYPE = "Content-Type: application/json";
  private static final String GZIP = "Content-Encoding: gzip";
  private static final String KERNEL = "[\"kernel\",\"0:6.1-2.fc42\",\"x86_64\",\"a\"]";
  private static final String REPORT =
      """
      {"version":1,"client":"abcdefghijklmnopqrstu0","window":"2026-05-31T00:00:00Z","period":86400,
       "repos":{"a":"/mirror/repo/os/","elsewhere":"/mirror/unknown/"},
       "installed":[["kernel","0:6.1-2.fc42","x86_64","a"],["vim-minimal","2:9.1-1","noarch","a"],
         ["other","0:1-1","noarch","elsewhere"]],
       "changes":[["upgrade","kernel","0:6.1-2.fc42","x86_64","a"]]}
      """;

  private FakeUpstream upstream;
  private MutableClock clock;
  private RunningMirror mirror;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
    start("usage = yes");
  }

  private void start(String line) {
    mirror = RunningMirror.setup().repo(upstream).clock(clock).main(line).start();
  }

  @AfterEach
  void stop() {
    mirror.close();
    upstream.close();
  }

  private RawResponse post(byte[] body, String... fields) {
    try (RawClient client = new RawClient(mirror.port())) {
      String head =
          "POST /api/v1/usage HTTP/1.1\r\nHost: 127.0.0.1:"
              + mirror.port()
              + "\r\nContent-Length: "
              + body.length
              + "\r\n"
              + String.join("", List.of(fields).stream().map(field -> field + "\r\n").toList());
      client.sendRaw(head + "\r\n" + new String(body, StandardCharsets.ISO_8859_1));
      return client.receive("POST");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RawResponse post(String text) {
    return post(text.getBytes(StandardCharsets.UTF_8), TYPE);
  }

  private static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void assertRefused(RawResponse answer, int status, String words) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(JsonTree.parse(answer.body()).text("error")).contains(words);
  }

  private JsonTree get(String call) {
    RawResponse answer = mirror.request("GET", "/api/v1/" + call);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return JsonTree.parse(answer.body());
  }

  private @Nullable String reports(String outcome) {
    return Objects.requireNonNull(get("usage").object("reports")).text(outcome);
  }

  private void awaitPackages(int count) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> get("popularity").objects("packages").size() == count);
  }

  @Test
  void aReportIsTakenAndTellsWhatIsWanted() {
    RawResponse answer = post(REPORT);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(JsonTree.parse(answer.body()).text("installedWanted")).isEqualTo("false");
    awaitPackages(2);
    JsonTree kernel = get("popularity?repo=repo&name=kernel").objects("packages").get(0);
    assertThat(kernel.text("folder")).isEqualTo("os");
    assertThat(kernel.text("arch")).isEqualTo("x86_64");
    assertThat(kernel.text("reporting")).isEqualTo("1");
    assertThat(kernel.text("demand")).isEqualTo("0.7");
    assertThat(kernel.text("lastUpdated")).isEqualTo("2026-06-01T00:00:00Z");
    JsonTree vim = get("popularity?name=vim-minimal").objects("packages").get(0);
    assertThat(vim.text("demand")).isEqualTo("0.7");
    assertThat(get("usage").text("clients")).isEqualTo("1");
    assertThat(reports("taken")).isEqualTo("1");
  }

  @Test
  void aPackedReportIsTheSame() {
    byte[] packed = gzip(REPORT.getBytes(StandardCharsets.UTF_8));
    assertThat(post(packed, TYPE, GZIP).status()).isEqualTo(202);
    awaitPackages(2);
  }

  @Test
  void thousandsOfPackagesAreListedByPages() {
    String many =
        IntStream.range(0, 2_000)
            .mapToObj(i -> "[\"p" + i + "\",\"0:1-1\",\"noarch\",\"a\"]")
            .collect(Collectors.joining(","));
    assertThat(post(REPORT.replace(KERNEL, many)).status()).isEqualTo(202);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> "2001".equals(get("usage").text("packages")));
    JsonTree last = get("popularity?limit=500&page=5");
    assertThat(last.objects("packages")).hasSize(1);
    assertThat(last.text("nextPage")).isNull();
    assertThat(get("popularity?limit=500").text("nextPage")).isEqualTo("2");
    assertThat(mirror.request("GET", "/api/v1/popularity?repo=x").status()).isEqualTo(404);
    assertThat(mirror.request("GET", "/api/v1/popularity?page=0").status()).isEqualTo(400);
  }

  @Test
  void whoSaysNothingHasChangedIsToldThatThisServerDoesntKnow() {
    String unchanged =
        REPORT.replaceAll("(?s)\"installed\".*\"changes\"", "\"unchanged\":true,\"changes\"");
    RawResponse answer = post(unchanged);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(JsonTree.parse(answer.body()).text("installedWanted")).isEqualTo("true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_proxy/",
        "_proxy/mirror.example/fedora/",
        "_proxy/mirror.example:8080/fedora/42/",
        "_proxy/mirror.example:99999/",
        "_proxy/::1/fedora/",
        "_proxy/mirror.example/a//b/",
        "_proxy/mirror.example/../b/",
        "_proxy/mirror.example/%zz/",
        "_proxy/%2e%2e/b;c/",
        "_proxy/.instantmirror/",
        "_proxy",
        "nothing",
      })
  void ofWhatClientsGetElsewhereThroughAProxyTheReportIsTakenAllTheSame(String path) {
    for (String line : List.of("usage = yes", "proxy_port = 0")) {
      mirror.close();
      start(line);
      RawResponse answer = post(REPORT.replace("/mirror/unknown/", "/mirror/" + path));
      assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\":1 | \"version\":2 | version: must be 1",
        "\"version\":1, | | version: is missing",
        "\"version\":1, | \"version\":1,\"host\":\"me\", | host: is no field",
        "abcdefghijklmnopqrstu0 | short | client: must match",
        "2026-05-31T00:00:00Z | yesterday | window: must be",
        "2026-05-31T00:00:00Z | 2026-07-01T00:00:00Z | window: lies in the future",
        "2026-05-31T00:00:00Z | 2025-07-01T00:00:00Z | window: is too long ago",
        "86400 | 60 | period: must be",
        "86400 | \"day\" | period: must be a whole number",
        "/mirror/repo/os/ | http://x/ | repos.a: must begin with /mirror/",
        "/mirror/repo/os/ | /mirror/repo/../ | repos.a: is no path",
        "0:6.1-2.fc42\",\"x86_64\",\"a\"], | 6.1\",\"x86_64\",\"a\"], | installed[0]",
        "[\"vim-minimal\" | [\"vim minimal\" | installed[1] (name)",
        "[\"vim-minimal\" | [\"vim\\ud800\" | installed[1] (name)",
        "[\"vim-minimal\" | [[[[[[[[\"vim-minimal\" | installed[1]: must be a text",
        "\"noarch\",\"elsewhere\" | \"noarch\",\"nowhere\" | repos: doesn't name",
        "upgrade | remove | changes[0]: begins with no action",
        "\"changes\" | \"unchanged\":true,\"changes\" | installed: or unchanged",
        "]]} | ]]}{} | the body",
        "]]} | ] | the body isn't the JSON",
        "\"period\":86400 | \"period\":86400,\"period\":86400 | the body isn't the JSON",
      })
  void aReportThatIsNotAsDescribedIsRefusedWithTheFieldsName(
      String part, String other, String words) {
    String changed = REPORT.strip().replace(part, other == null ? "" : other);
    assertThat(changed).isNotEqualTo(REPORT.strip());
    assertRefused(post(changed), 400, words);
    assertThat(reports("refused")).isEqualTo("1");
  }

  @Test
  void whatIsNoReportIsRefused() {
    byte[] report = REPORT.getBytes(StandardCharsets.UTF_8);
    assertRefused(post(report, "Content-Type: text/plain"), 415, "Content-Type");
    assertRefused(post(report, TYPE, "Content-Encoding: br"), 415, "Content-Encoding");
    assertRefused(post(report, TYPE, GZIP), 400, "");
    assertRefused(post(new byte[1_100_000], TYPE), 413, "1048576");
    assertRefused(post(gzip(new byte[20 << 20]), TYPE, GZIP), 400, "");
    byte[] blank = " ".repeat(20 << 20).getBytes(StandardCharsets.UTF_8);
    assertRefused(post(gzip(blank), TYPE, GZIP), 413, "8388608");
    assertThat(mirror.request("DELETE", "/api/v1/usage").status()).isEqualTo(405);
  }

  @Test
  void aClientThatReportsTooOftenIsToldWhenToComeAgain() {
    RawResponse answer = post(REPORT);
    for (int i = 0; i < 30 && answer.status() == 202; i++) {
      answer = post(REPORT);
    }
    assertRefused(answer, 429, "too often");
    assertThat(answer.header("retry-after")).isEqualTo("600");
    assertThat(post(REPORT.replace("stu0", "stu1")).status()).isEqualTo(202);
  }

  @Test
  void anAddressThatReportsTooOftenIsToldWhenToComeAgain() {
    for (int i = 0; i < 600; i++) {
      assertThat(post("{}").status()).isEqualTo(400);
    }
    RawResponse answer = post(REPORT);
    assertRefused(answer, 429, "from this address");
    assertThat(answer.header("retry-after")).isEqualTo("1");
    clock.advance(Duration.ofSeconds(1));
    assertThat(post(REPORT).status()).isEqualTo(202);
  }

  @Test
  void anIdThatSaysThatNothingIsInstalledIsForgotten() {
    post(REPORT);
    awaitPackages(2);
    String last = REPORT.replaceAll("(?s)\"installed\".*", "\"installed\":[],\"changes\":[]}");
    clock.advance(Duration.ofDays(1));
    assertThat(post(last.replace("05-31", "06-01")).status()).isEqualTo(202);
    await().atMost(Duration.ofSeconds(20)).until(() -> "0".equals(get("usage").text("clients")));
    assertThat(popular("kernel").text("reporting")).isEqualTo("0");
  }

  @Test
  void whoMayNotReportIsRefused() {
    mirror.close();
    start("usage_clients = 192.0.2.0/24");
    assertRefused(post(REPORT), 403, "usage_clients");
    mirror.close();
    start("usage = no");
    assertRefused(post(REPORT), 403, "usage = no");
  }

  @Test
  void whatClientsAskForIsLearntAndSoIsWhatUpstreamReleases() throws Exception {
    PublishedRepository repository = new PublishedRepository(upstream, "/os/");
    repository.add("a-1.rpm", Packages.rpm(1000, 1)).publish();
    try (LogLines log = new LogLines("org.instantmirror.mirror")) {
      mirror.get("os/repodata/repomd.xml");
      log.await("generation 1 is live");
      mirror.getAs(1, "os/a-1.rpm");
      mirror.getAs(2, "os/a-1.rpm");
      mirror.getAs(2, "os/a-1.rpm");
      awaitPackages(1);
      post(REPORT.replace("kernel", "b").replace("x86_64", "noarch"));
      awaitPackages(3);
      clock.advance(Duration.ofMinutes(10));
      repository.add("b-2.rpm", Packages.rpm(1000, 2)).publish();
      mirror.get("os/repodata/repomd.xml", "Cache-Control: no-cache");
      log.await("generation 2 is live");
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> popular("b").text("lastReleased") != null);
    assertThat(popular("a").text("asking")).isEqualTo("2.0");
    assertThat(popular("a").text("lastReleased")).isNull();
  }

  private JsonTree popular(String name) {
    return get("popularity?name=" + name).objects("packages").get(0);
  }
}
