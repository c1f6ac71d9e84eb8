package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.MultipartParts;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several ranges in one request, of complete and of arriving files, as zchunk clients ask. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MultipleRangesTest {

  private static final int SIZE = 10_000_000;
  private static final byte[] CONTENT = Packages.rpm(SIZE, 3);
  private static final Instant LAST_YEAR = Instant.parse("2025-06-01T00:00:00Z");

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror = RunningMirror.setup().repo(upstream).start();

  MultipleRangesTest() {
    upstream.file("/a.rpm", CONTENT).etag("\"1\"").lastModified(LAST_YEAR);
    Warm.file(mirror, "a.rpm");
  }

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  private static void assertParts(RawResponse answer, List<String> ranges) {
    MultipartParts.assertParts(answer, CONTENT, ranges);
  }

  /** What is far ahead of the download may be asked for by ranges beside. */
  private long downloads(String path) {
    return upstream.requests(path).stream()
        .filter(request -> request.header("Range").isEmpty())
        .count();
  }

  /** 256 of them, in a field of more than 4 kB, each chunk at least one byte from the next. */
  private static List<String> manyRanges() {
    return IntStream.range(0, 256)
        .map(i -> 1_000_000 + i * 35_000)
        .mapToObj(first -> first + "-" + (first + 8_999))
        .collect(Collectors.toList());
  }

  private static String field(List<String> ranges) {
    return "Range: bytes=" + String.join(",", ranges);
  }

  @Test
  void twoRangesComeInOneMultipartAnswer() {
    List<String> ranges = List.of("0-9", "9000000-9999999");
    RawResponse answer = mirror.get("a.rpm", field(ranges));
    assertParts(answer, ranges);
    assertThat(answer.header("ETag")).isEqualTo("\"1\"");
  }

  @Test
  void rangesComeInTheOrderAskedFor() {
    List<String> ranges = List.of("500-599", "100-199", "300-399");
    assertParts(mirror.get("a.rpm", field(ranges)), ranges);
  }

  @Test
  void aMultipartAnswersHeadSaysItsLength() {
    RawResponse answer = mirror.get("a.rpm", field(manyRanges()));
    assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(answer.body().length));
  }

  @Test
  void twoHundredFiftySixRangesOfACompleteFile() {
    assertThat(field(manyRanges()).length()).isGreaterThan(4096);
    assertParts(mirror.get("a.rpm", field(manyRanges())), manyRanges());
  }

  @Test
  void twoHundredFiftySixRangesOfAColdFile() {
    upstream.file("/cold.rpm", CONTENT).etag("\"c\"").lastModified(LAST_YEAR);
    assertParts(mirror.get("cold.rpm", field(manyRanges())), manyRanges());
    assertThat(downloads("/cold.rpm")).isEqualTo(1);
  }

  @Test
  void rangesOfAnArrivingFileComeInAnyOrderOnceTheyAreThere() throws Exception {
    Gate gate = new Gate();
    upstream.file("/slow.rpm", CONTENT).etag("\"s\"").always(Behaviour.proper().gated(gate));
    List<String> ranges = manyRanges();
    Collections.reverse(ranges);
    try (RawClient client = new RawClient(mirror.port())) {
      client.send("GET", "/mirror/repo/slow.rpm", field(ranges));
      gate.release(2_000_000);
      gate.awaitRequest();
      upstream.awaitRequests("/slow.rpm", 1);
      gate.releaseAll();
      assertParts(client.receive("GET"), ranges);
    }
    assertThat(downloads("/slow.rpm")).isEqualTo(1);
  }

  @Test
  void aHeaderOfFifteenKilobytesIsTaken() {
    List<String> ranges =
        IntStream.range(0, 850)
            .mapToObj(i -> (1_000_000 + i * 10_000) + "-" + (1_000_999 + i * 10_000))
            .toList();
    assertThat(field(ranges).length()).isBetween(13_000, 15_500);
    assertParts(mirror.get("a.rpm", field(ranges)), ranges);
  }

  @ParameterizedTest
  @CsvSource({
    "'0-99,50-149', 0, 149",
    "'0-99,100-199', 0, 199",
    "'5-9,0-99,-10000000', 0, 9999999"
  })
  void overlappingAndTouchingRangesBecomeOne(String ranges, int first, int last) {
    RawResponse answer = mirror.get("a.rpm", "Range: bytes=" + ranges);
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("Content-Range"))
        .isEqualTo("bytes " + first + "-" + last + "/" + SIZE);
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(CONTENT, first, last + 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0-,", "0-9999998,", "-9999999,"})
  void noSetOfRangesGetsMoreThanTwiceTheFile(String one) {
    RawResponse answer =
        mirror.get("a.rpm", "Range: bytes=" + one.repeat(15_000 / one.length()) + "0-0");
    assertThat(answer.complete()).isTrue();
    assertThat(answer.body().length).isLessThanOrEqualTo(2 * SIZE);
  }

  @Test
  void manyTinyRangesOfASmallFileGetTheWhole() {
    byte[] small = Packages.rpm(2_000, 4);
    upstream.file("/small.rpm", small).etag("\"m\"");
    Warm.file(mirror, "small.rpm");
    String tiny =
        IntStream.range(0, 900).mapToObj(i -> 2 * i + "-" + 2 * i).collect(Collectors.joining(","));
    RawResponse answer = mirror.get("small.rpm", "Range: bytes=" + tiny);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(small);
  }

  @Test
  void whatLiesPastTheEndIsLeftOut() {
    RawResponse answer = mirror.get("a.rpm", "Range: bytes=20000000-,5-9");
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("Content-Range")).isEqualTo("bytes 5-9/" + SIZE);
  }

  @Test
  void ifRangeThatFailsGetsTheWholeForSeveralRangesToo() {
    RawResponse answer = mirror.get("a.rpm", "Range: bytes=0-1,5-6", "If-Range: \"2\"");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(CONTENT);
  }
}
