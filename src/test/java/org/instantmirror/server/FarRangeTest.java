package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.ConcurrentClients;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MultipartParts;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.instantmirror.testing.TailingClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ranges far ahead of a running download, which stands still unless a test moves it. */
class FarRangeTest {

  private static final Instant LONG_AGO = Instant.parse("2025-06-01T00:00:00Z");
  private static final int SIZE = 4_000_000;
  private static final int HERE = 60_000;
  private static final int FAR = 3_000_000;
  private static final int PART = 100_000;
  private static final byte[] CONTENT = Packages.rpm(SIZE, 21);
  private static final byte[] OTHER = Packages.rpm(SIZE, 22);
  private static final String FAR_RANGE = "Range: bytes=3000000-3099999";

  private final Gate fill = new Gate();
  private FakeUpstream upstream;
  private RunningMirror mirror;
  private LogLines log;

  @BeforeEach
  void start() {
    upstream = FakeUpstream.start();
    mirror =
        RunningMirror.setup().repo(upstream, "timeout = 30", "minrate = 0", "retries = 1").start();
    log = new LogLines("org.instantmirror.download");
  }

  @AfterEach
  void stop() {
    fill.releaseAll();
    mirror.close();
    upstream.close();
    log.close();
  }

  private FakeFile file() {
    return upstream
        .file("/a.rpm", CONTENT)
        .etag("\"1\"")
        .lastModified(LONG_AGO)
        .next(Behaviour.proper().gated(fill));
  }

  /** The client whose download has brought {@link #HERE} bytes. */
  private TailingClient running() throws IOException {
    TailingClient first = TailingClient.ask(mirror, "a.rpm");
    fill.release(HERE);
    assertThat(first.head().status()).isEqualTo(200);
    first.readTo(HERE);
    return first;
  }

  private static byte[] part(int from, int to) {
    return Arrays.copyOfRange(CONTENT, from, to);
  }

  private static void assertFarPart(RawResponse answer) {
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.complete()).isTrue();
    assertThat(answer.header("Content-Range")).isEqualTo("bytes 3000000-3099999/4000000");
    assertThat(answer.body()).isEqualTo(part(FAR, FAR + PART));
  }

  /** A client may have a byte a moment before the upstream has counted it. */
  private void awaitSent(long bytes) {
    await().until(() -> upstream.bytesSent("/a.rpm") >= bytes);
    assertThat(upstream.bytesSent("/a.rpm")).isEqualTo(bytes);
  }

  private List<String> askedRanges() {
    return upstream.requests("/a.rpm").stream()
        .flatMap(request -> request.header("Range").stream())
        .toList();
  }

  @Test
  void itIsAnsweredWhileTheDownloadStands() throws IOException {
    file();
    try (TailingClient first = running()) {
      RawResponse answer = mirror.get("a.rpm", FAR_RANGE);
      assertFarPart(answer);
      assertThat(answer.header("Cache-Status"))
          .isEqualTo("InstantMirror; fwd=partial; detail=far-ahead");
      RecordedRequest asked = upstream.requests("/a.rpm").get(1);
      assertThat(asked.header("Range")).contains("bytes=3000000-3099999");
      assertThat(asked.header("If-Range")).contains("\"1\"");
      awaitSent(HERE + PART);
    }
  }

  @Test
  void theDownloadPassesOverWhatCameFromAhead() throws IOException {
    file();
    try (TailingClient first = running()) {
      assertFarPart(mirror.get("a.rpm", FAR_RANGE));
      // Up to the byte where it begins, for what is on its way when a request is cut comes twice.
      fill.release(FAR - HERE);
      first.readTo(SIZE);
      assertThat(first.body()).isEqualTo(CONTENT);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(CONTENT);
      assertThat(askedRanges()).containsExactly("bytes=3000000-3099999", "bytes=3100000-");
      awaitSent(SIZE);
    }
  }

  @Test
  void theDownloadIsCutInMidAnswerWhereManyBytesAreHere() throws IOException {
    file();
    try (TailingClient first = running()) {
      RawResponse far = mirror.get("a.rpm", "Range: bytes=100000-3099999");
      assertThat(far.body()).isEqualTo(part(100_000, FAR + PART));
      fill.releaseAll();
      first.readTo(SIZE);
      assertThat(first.body()).isEqualTo(CONTENT);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(CONTENT);
      assertThat(askedRanges()).containsExactly("bytes=100000-3099999", "bytes=3100000-");
    }
  }

  @Test
  void fewBytesAreSoonerReadAgainThanPassedOver() throws IOException {
    file();
    try (TailingClient first = running()) {
      assertThat(mirror.get("a.rpm", "Range: bytes=3000000-3000999").body())
          .isEqualTo(part(FAR, FAR + 1_000));
      fill.releaseAll();
      first.readTo(SIZE);
      assertThat(first.body()).isEqualTo(CONTENT);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(CONTENT);
      assertThat(upstream.requests("/a.rpm")).hasSize(2);
    }
  }

  @Test
  void whatCameFromAheadIsThereForOthers() throws IOException {
    file();
    try (TailingClient first = running()) {
      assertFarPart(mirror.get("a.rpm", FAR_RANGE));
      RawResponse again = mirror.get("a.rpm", "Range: bytes=3050000-3099999");
      assertThat(again.body()).isEqualTo(part(FAR + 50_000, FAR + PART));
      RawResponse more = mirror.get("a.rpm", "Range: bytes=2990000-3109999");
      assertThat(more.body()).isEqualTo(part(FAR - 10_000, FAR + PART + 10_000));
      assertThat(askedRanges())
          .containsExactly(
              "bytes=3000000-3099999", "bytes=2990000-2999999", "bytes=3100000-3109999");
    }
  }

  @Test
  void fileThatChangedUpstreamIsNoMixture() throws IOException {
    FakeFile file = file();
    try (TailingClient first = running()) {
      assertFarPart(mirror.get("a.rpm", FAR_RANGE));
      file.revise(OTHER, LONG_AGO.plusSeconds(60), "\"2\"");
      fill.release(FAR - HERE);
      first.readTo(SIZE);
      assertThat(first.body()).isEqualTo(part(0, FAR + PART));
    }
    RawResponse next = mirror.get("a.rpm");
    assertThat(next.body()).isEqualTo(OTHER);
    assertThat(mirror.awaitStored("a.rpm")).isEqualTo(OTHER);
  }

  @Test
  void itMayBeWhatTheFirstClientAsksFor() {
    file();
    fill.release(HERE);
    RawResponse answer = mirror.get("a.rpm", FAR_RANGE);
    assertFarPart(answer);
    assertThat(answer.header("Cache-Status"))
        .isEqualTo("InstantMirror; fwd=uri-miss; stored; detail=far-ahead");
  }

  @Test
  void farIsAlsoTheNextByteButOneOfADownloadThatStands() throws IOException {
    file();
    try (TailingClient first = running()) {
      RawResponse answer = mirror.get("a.rpm", "Range: bytes=60001-60100");
      assertThat(answer.body()).isEqualTo(part(60_001, 60_101));
      assertThat(askedRanges()).containsExactly("bytes=60001-60100");
    }
  }

  @Test
  void whatIsHereIsNotAskedForAgain() throws IOException {
    file();
    try (TailingClient first = running()) {
      RawResponse answer = mirror.get("a.rpm", "Range: bytes=10000-19999,3000000-3099999");
      MultipartParts.assertParts(answer, CONTENT, List.of("10000-19999", "3000000-3099999"));
      assertThat(askedRanges()).containsExactly("bytes=3000000-3099999");
      assertThat(mirror.get("a.rpm", "Range: bytes=0-59999").body()).isEqualTo(part(0, HERE));
      assertThat(upstream.requests("/a.rpm")).hasSize(2);
    }
  }

  @Test
  void aStrongLastModifiedAloneIsEnough() throws IOException {
    file().withoutHeader("ETag");
    try (TailingClient first = running()) {
      assertFarPart(mirror.get("a.rpm", FAR_RANGE));
      assertThat(upstream.requests("/a.rpm").get(1).header("If-Range"))
          .contains("Sun, 01 Jun 2025 00:00:00 GMT");
    }
  }

  @Test
  void withoutAStrongValidatorItWaitsForTheDownload() throws IOException {
    file().etag("W/\"1\"").withoutHeader("Last-Modified");
    try (TailingClient first = running();
        TailingClient far = TailingClient.ask(mirror, "a.rpm", FAR_RANGE)) {
      assertThat(far.head().status()).isEqualTo(206);
      fill.releaseAll();
      far.readTo(PART);
      assertThat(far.body()).isEqualTo(part(FAR, FAR + PART));
      assertThat(upstream.requests("/a.rpm")).hasSize(1);
    }
  }

  @Test
  void twoAreAskedForAtOnceAndTheThirdWhenOneHasEnded() throws Exception {
    Gate ahead = new Gate();
    file().always(Behaviour.proper().headGated(ahead));
    try (TailingClient first = running()) {
      List<TailingClient> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        TailingClient client =
            TailingClient.ask(mirror, "a.rpm", "Range: bytes=" + (FAR + i) + "-" + (FAR + i + 9));
        assertThat(client.head().status()).isEqualTo(206);
        clients.add(client);
      }
      ahead.awaitRequests(2);
      assertThat(upstream.requests("/a.rpm")).hasSize(3);
      ahead.releaseAll();
      for (int i = 0; i < 3; i++) {
        clients.get(i).readTo(10);
        assertThat(clients.get(i).body()).isEqualTo(part(FAR + i, FAR + i + 10));
        clients.get(i).close();
      }
      assertThat(upstream.requests("/a.rpm")).hasSize(4);
    }
  }

  @Test
  void anUpstreamThatIgnoresRangesIsAskedOnce() throws Exception {
    file().always(Behaviour.proper().ignoringRange());
    assertWaitsForTheDownload();
  }

  static Stream<Named<Behaviour>> otherAnswers() {
    int last = FAR + PART - 1;
    Behaviour other = Behaviour.partial(OTHER, FAR, last);
    String date = "Sun, 01 Jun 2025 00:00:00 GMT";
    return Stream.of(
        Named.of("another entity tag", other.header("ETag", "\"2\"")),
        Named.of(
            "another date",
            other.header("ETag", "\"1\"").header("Last-Modified", "Mon, 02 Jun 2025 00:00:00 GMT")),
        Named.of("no validator", other),
        Named.of(
            "another length",
            other.header("ETag", "\"1\"").header("Content-Range", "bytes 3000000-3099999/4000001")),
        Named.of(
            "another place",
            other.header("ETag", "\"1\"").header("Content-Range", "bytes 3000001-3100000/4000000")),
        Named.of("fewer bytes", Behaviour.partial(OTHER, FAR, last - 1).header("ETag", "\"1\"")),
        Named.of(
            "more bytes than it says",
            Behaviour.partial(OTHER, FAR, last + 1)
                .header("ETag", "\"1\"")
                .header("Last-Modified", date)
                .header("Content-Range", "bytes 3000000-3099999/4000000")),
        Named.of("compressed", other.header("ETag", "\"1\"").header("Content-Encoding", "gzip")),
        Named.of("nothing there", Behaviour.status(404)));
  }

  @ParameterizedTest
  @MethodSource("otherAnswers")
  void anotherAnswerThanThePartIsNotPassedOn(Behaviour answer) throws Exception {
    file().always(answer);
    assertWaitsForTheDownload();
  }

  private void assertWaitsForTheDownload() throws Exception {
    try (TailingClient first = running();
        ConcurrentClients clients = new ConcurrentClients(mirror.port())) {
      Future<RawResponse> one = clients.get("a.rpm", FAR_RANGE);
      log.await("not with that part");
      Future<RawResponse> two = clients.get("a.rpm", "Range: bytes=3000000-3099999,0-9");
      fill.releaseAll();
      assertFarPart(ConcurrentClients.of(one));
      MultipartParts.assertParts(
          ConcurrentClients.of(two), CONTENT, List.of("3000000-3099999", "0-9"));
      assertThat(upstream.requests("/a.rpm")).hasSize(2);
    }
  }

  static Stream<Named<Behaviour>> breaks() {
    return Stream.of(
        Named.of("closed", Behaviour.proper().cutAfter(50_000)),
        Named.of("reset", Behaviour.proper().resetAfter(50_000)),
        Named.of("no answer", Behaviour.noAnswer()));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void whatABrokenOneLacksComesFromTheDownload(Behaviour breaking) throws Exception {
    file().next(breaking);
    try (TailingClient first = running();
        ConcurrentClients clients = new ConcurrentClients(mirror.port())) {
      Future<RawResponse> far = clients.get("a.rpm", FAR_RANGE);
      log.await("far ahead at 3000000-3099999");
      fill.releaseAll();
      assertFarPart(ConcurrentClients.of(far));
      assertThat(upstream.requests("/a.rpm")).hasSize(2);
    }
  }

  @Test
  void aBrokenOneIsABrokenTransferWhereTheDownloadBreaksToo() throws Exception {
    upstream
        .file("/a.rpm", CONTENT)
        .etag("\"1\"")
        .next(Behaviour.proper().gated(fill).cutAfter(HERE + 1))
        .next(Behaviour.proper().cutAfter(50_000))
        .always(Behaviour.status(500));
    try (TailingClient first = running();
        TailingClient far = TailingClient.ask(mirror, "a.rpm", FAR_RANGE)) {
      assertThat(far.head().status()).isEqualTo(206);
      far.readTo(50_000);
      fill.releaseAll();
      far.readTo(PART);
      assertThat(far.body()).isEqualTo(part(FAR, FAR + 50_000));
    }
  }

  @Test
  void itGoesOnWhereTheDownloadBreaks() throws Exception {
    Gate ahead = new Gate();
    upstream
        .file("/a.rpm", CONTENT)
        .etag("\"1\"")
        .next(Behaviour.proper().gated(fill).cutAfter(HERE + 1))
        .next(Behaviour.proper().gated(ahead))
        .always(Behaviour.status(500));
    try (TailingClient first = running();
        TailingClient far = TailingClient.ask(mirror, "a.rpm", FAR_RANGE)) {
      ahead.release(100);
      assertThat(far.head().status()).isEqualTo(206);
      far.readTo(100);
      fill.releaseAll();
      log.await("given up");
      ahead.releaseAll();
      far.readTo(PART);
      assertThat(far.body()).isEqualTo(part(FAR, FAR + PART));
    }
  }

  @Test
  void itIsGivenUpWhenItsClientLeaves() throws Exception {
    Gate ahead = new Gate();
    file().always(Behaviour.proper().gated(ahead));
    try (TailingClient first = running()) {
      try (TailingClient far = TailingClient.ask(mirror, "a.rpm", "Range: bytes=3000000-")) {
        ahead.release(100);
        assertThat(far.head().status()).isEqualTo(206);
        far.readTo(100);
        assertThat(upstream.openConnections()).isEqualTo(2);
      }
      // The mirror learns of it when it writes; the upstream when it does, too.
      ahead.releaseAll();
      upstream.awaitOpenConnections(1);
    }
  }

  @Test
  void itIsGivenUpWhenTheDownloadIsThere() throws Exception {
    Gate ahead = new Gate();
    file().always(Behaviour.proper().gated(ahead));
    try (TailingClient first = running();
        TailingClient far = TailingClient.ask(mirror, "a.rpm", "Range: bytes=3000000-")) {
      ahead.release(100);
      far.head();
      far.readTo(100);
      fill.releaseAll();
      far.readTo(SIZE - FAR);
      assertThat(far.body()).isEqualTo(part(FAR, SIZE));
      ahead.releaseAll();
      upstream.awaitOpenConnections(1);
    }
  }

  /** As librepo asks for the chunks of a zchunk file that it lacks: ascending, apart. */
  private static List<String> chunks(int gap) {
    return IntStream.range(0, 100)
        .map(i -> 500_000 + i * (9_000 + gap))
        .mapToObj(first -> first + "-" + (first + 8_999))
        .toList();
  }

  private RawResponse askAsLibrepo(List<String> ranges) {
    return mirror.get(
        "a.rpm",
        "User-Agent: libdnf (Fedora Linux 40; server; Linux.x86_64)",
        "Accept: */*",
        "Range: bytes=" + String.join(",", ranges));
  }

  @Test
  void aHundredRangesFarAheadAreExact() throws IOException {
    file();
    try (TailingClient first = running()) {
      List<String> ranges = chunks(17_000);
      MultipartParts.assertParts(askAsLibrepo(ranges), CONTENT, ranges);
      assertThat(askedRanges())
          .containsExactlyElementsOf(ranges.stream().map(r -> "bytes=" + r).toList());
      awaitSent(HERE + 100 * 9_000);
    }
  }

  @Test
  void aHundredRangesCloseTogetherAreAskedForInOne() throws IOException {
    file();
    try (TailingClient first = running()) {
      List<String> ranges = chunks(1_000);
      MultipartParts.assertParts(askAsLibrepo(ranges), CONTENT, ranges);
      assertThat(askedRanges()).containsExactly("bytes=500000-1498999");
    }
  }

  @Test
  void whatTheDownloadBringsMeanwhileIsNotAskedFor() throws Exception {
    file();
    List<String> ranges = chunks(17_000);
    try (TailingClient first = running();
        ConcurrentClients clients = new ConcurrentClients(mirror.port())) {
      Future<RawResponse> far = clients.get("a.rpm", "Range: bytes=" + String.join(",", ranges));
      upstream.awaitRequests("/a.rpm", 3);
      fill.releaseAll();
      MultipartParts.assertParts(ConcurrentClients.of(far), CONTENT, ranges);
      assertThat(mirror.awaitStored("a.rpm")).isEqualTo(CONTENT);
    }
  }
}
