package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a web server in front makes of the mirror, by the recipes in {@code conf/}: it passes
 * requests on, and where it may send the mirror's files by itself no client sees a difference.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FrontContract {
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final int SIZE = 3 << 20;
  private static final Instant DATE = Instant.parse("2025-01-02T03:04:05Z");

  private final WorkDirectory work = WorkDirectory.create("front");
  private final Path copy = work.path().resolve("copy");
  private final MirrorFiles files = MirrorFiles.create();
  private Upstream upstream;
  private MirrorProcess mirror;
  private Relay relay;
  private Upstream plain;
  private Upstream sending;

  /** Starts one that passes requests on to the mirror at a URL. */
  abstract Upstream before(String url);

  /** Starts one that sends the mirror's files by itself. */
  abstract Upstream before(String url, SendfileCache cache);

  @BeforeAll
  void start() {
    for (String name :
        List.of("stored.rpm", "whole.rpm", "cold.rpm", "offered.rpm", "old^1+2.rpm")) {
      publish(name, name.length());
    }
    upstream = NginxUpstream.serving(work.folder("repo"));
    files
        .settings("sendfile_key=" + KEY)
        .repo("r", upstream.url())
        .repo("validated", upstream.url(), "package_expire=0");
    mirror = MirrorProcess.start(files);
    relay = Relay.before(mirror.url());
    plain = before(mirror.url());
    sending = before(relay.url(), new SendfileCache(files.cacheDir(), KEY));
    warm("stored.rpm");
    warm("whole.rpm");
  }

  @AfterAll
  void stop() {
    Stream.of(sending, plain, relay, mirror, upstream, files, work)
        .forEach(
            each -> {
              try {
                each.close();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
  }

  @Test
  void theFrontServerSendsTheBytesOfACompleteFile() {
    long before = relay.bytes();

    Curl.download(url(sending, "whole.rpm"), copy).succeeded();

    assertThat(copy).hasSameBinaryContentAs(published("whole.rpm"));
    assertThat(relay.bytes() - before).isPositive().isLessThan(4096);
  }

  @Test
  void whatAClientReportsIsLearntThroughTheFrontServer() {
    ReportedUsage.assertLearnt(plain.url(), "r", work.path());
  }

  @Test
  void aFileThatIsStillComingIsSentByTheMirror() {
    long before = relay.bytes();

    Curl.download(url(sending, "cold.rpm"), copy).succeeded();

    assertThat(copy).hasSameBinaryContentAs(published("cold.rpm"));
    assertThat(relay.bytes() - before).isGreaterThan(SIZE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--head",
        "--http1.0",
        "--http1.0 --head",
        "--compressed",
        "--range 0-99",
        "--range 1000000-",
        "--range -5",
        "--range 9999999-",
        "--http1.0 --range 5-9",
        "--header If-None-Match:@ETAG@",
        "--header If-None-Match:\"other\"",
        "--header If-Match:@ETAG@",
        "--header If-Match:\"other\"",
        "--header If-Modified-Since:@DATE@",
        "--header If-Modified-Since:Wed,_01_Jan_2020_00:00:00_GMT",
        "--header If-Unmodified-Since:Wed,_01_Jan_2020_00:00:00_GMT",
        "--header If-Range:@ETAG@ --range 7-9",
        "--header If-Range:\"other\" --range 7-9",
        "--header If-Range:@DATE@ --range 7-9",
        "--header Range:bytes=x-y",
        "--header Range:lines=1-2",
      })
  void clientsSeeNoDifference(String options) throws IOException {
    Seen by = ask(plain, options);
    Seen self = ask(sending, options);

    assertThat(self.head).isEqualTo(by.head);
    assertThat(self.body).isEqualTo(by.body);
  }

  @Test
  void severalRangesAreThoseOfTheMirror() throws IOException {
    Seen several = ask(sending, "--range 0-9,100-109");

    assertThat(several.head.get(0)).isEqualTo("206 status");
    assertThat(several.head)
        .anyMatch(field -> field.startsWith("content-type: multipart/byteranges"));
    assertThat(several.length).isBetween(100, 1000);
  }

  @Test
  void aFileThatIsReplacedMeanwhileIsSentAsItWasPromised() throws Exception {
    // Of a repository that is validated at each request, so that the mirror learns of the new file.
    String direct = mirror.repoUrl("validated") + "replaced.rpm";
    String handedOff = sending.url() + "mirror/validated/replaced.rpm";
    publish("replaced.rpm", 1);
    Curl.head(direct).succeeded();
    awaitStored("validated", "replaced.rpm");
    byte[] old = Files.readAllBytes(published("replaced.rpm"));
    Relay.Hold hold = relay.hold();
    CompletableFuture<CommandResult> client =
        CompletableFuture.supplyAsync(() -> Curl.download(handedOff, copy, "--max-time", "60"));
    assertThat(hold.arrived().await(30, TimeUnit.SECONDS)).isTrue();

    publish("replaced.rpm", 2);
    Files.setLastModifiedTime(published("replaced.rpm"), FileTime.from(DATE.plusSeconds(100)));
    Curl.head(direct).succeeded();
    awaitStored("validated", "replaced.rpm");
    hold.letGo().countDown();

    client.get(60, TimeUnit.SECONDS).succeeded();
    assertThat(copy).hasBinaryContent(old);
    Curl.download(handedOff, copy).succeeded();
    assertThat(copy).hasSameBinaryContentAs(published("replaced.rpm"));
  }

  /** A client has the last byte before the file is stored. */
  private void awaitStored(String repo, String name) {
    await()
        .untilAsserted(
            () -> assertThat(files.cached(repo, name)).hasSameBinaryContentAs(published(name)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Sendfile", "X-Accel-Redirect"})
  void aClientIsNeverGivenAPlaceInPlaceOfTheFile(String way) {
    warm("offered.rpm");
    String guessed = "X-Sendfile-Type: " + way + " fedcba9876543210fedcba9876543210";
    String known = "X-Sendfile-Type: " + way + " " + KEY;
    for (String field : List.of(guessed, known)) {
      Curl.download(url(plain, "offered.rpm"), copy, "--header", field).succeeded();
      assertThat(copy).hasSameBinaryContentAs(published("offered.rpm"));
    }
    Curl.download(mirror.repoUrl("r") + "offered.rpm", copy, "--header", guessed).succeeded();
    assertThat(copy).hasSameBinaryContentAs(published("offered.rpm"));
  }

  @Test
  void theLinksAreNobodyElses() throws IOException {
    warm("whole.rpm");
    Curl.download(url(sending, "whole.rpm"), copy).succeeded();
    Path serving = files.cacheDir().resolve(".instantmirror/serving");
    try (Stream<Path> links = Files.list(serving)) {
      String name = links.findFirst().orElseThrow().getFileName().toString();
      CommandResult result =
          Curl.run(
              List.of("--no-fail", "--include", sending.url() + "instantmirror-serving/" + name));
      assertThat(result.succeeded().output()).startsWith("HTTP/1.1 404");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"old^1+2.rpm", "old%5e1%2b2.rpm", "old%5E1+2.rpm"})
  void everySpellingOfANameReachesTheMirror(String spelling) {
    for (Upstream front : List.of(plain, sending)) {
      Curl.download(url(front, spelling), copy).succeeded();
      assertThat(copy).hasSameBinaryContentAs(published("old^1+2.rpm"));
    }
  }

  @Test
  void anEncodedSlashIsRefusedByTheMirrorAndNotDecodedOnTheWay() {
    for (Upstream front : List.of(plain, sending)) {
      CommandResult result =
          Curl.run(List.of("--no-fail", "--include", front.url() + "mirror/r%2fwhole.rpm"));
      assertThat(result.succeeded().output()).startsWith("HTTP/1.1 400");
    }
  }

  /** What came: status line and the fields that say something of the file, and the body. */
  private record Seen(List<String> head, int length, ByteBuffer body) {}

  private Seen ask(Upstream front, String options) throws IOException {
    Path head = work.path().resolve("head");
    Files.deleteIfExists(copy);
    List<String> words =
        new ArrayList<>(List.of("--no-fail", "--output", copy.toString(), "--dump-header"));
    words.add(head.toString());
    for (String word : options.split(" ", -1)) {
      if (!word.isEmpty()) {
        words.add(
            word.replace("@ETAG@", etag())
                .replace("@DATE@", "Thu,_02_Jan_2025_03:04:05_GMT")
                .replace('_', ' '));
      }
    }
    words.add(url(front, "stored.rpm"));
    Curl.run(words).succeeded();
    boolean hasBody = Files.exists(copy) && !options.contains("--head");
    byte[] body = hasBody ? Files.readAllBytes(copy) : new byte[0];
    return new Seen(fields(head), body.length, ByteBuffer.wrap(body));
  }

  /** Without those that tell of connection and moment. */
  private static List<String> fields(Path head) throws IOException {
    Stream<String> lines = Files.readAllLines(head).stream().map(FrontContract::lowerCaseName);
    return lines
        .filter(line -> !line.isEmpty())
        .filter(line -> !line.matches("(date|age|server|connection|keep-alive): .*"))
        .sorted() // the status first
        .toList();
  }

  private static String lowerCaseName(String line) {
    if (line.startsWith("HTTP/")) {
      return line.split(" ", 3)[1] + " status"; // nginx adds the words that Tomcat leaves out
    }
    int colon = line.indexOf(": ");
    return colon < 0
        ? line.strip()
        : line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon).stripTrailing();
  }

  private String etag() {
    return Curl.head(mirror.repoUrl("r") + "stored.rpm")
        .succeeded()
        .output()
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("etag: "))
        .map(line -> line.substring("etag: ".length()).strip())
        .findFirst()
        .orElseThrow();
  }

  private static String url(Upstream front, String name) {
    return front.url() + "mirror/r/" + name;
  }

  private void warm(String name) {
    Curl.awaitHit(mirror.repoUrl("r") + name);
  }

  private Path published(String name) {
    return work.path().resolve("repo").resolve(name);
  }

  private void publish(String name, int seed) {
    try {
      byte[] content = new byte[SIZE + seed];
      new Random(seed).nextBytes(content);
      byte[] lead = {(byte) 0xED, (byte) 0xAB, (byte) 0xEE, (byte) 0xDB};
      System.arraycopy(lead, 0, content, 0, lead.length);
      Path next = Files.write(work.folder("repo").resolve("next"), content);
      Files.setLastModifiedTime(next, FileTime.from(DATE));
      Files.move(next, published(name), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
