package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranges of a file of which only the beginning has arrived. */
class ColdRangeTest {

  private static final int SIZE = 200_000;
  private static final int HERE = 60_000;
  private static final byte[] CONTENT = Packages.rpm(SIZE, 5);

  private FakeUpstream upstream;
  private RunningMirror mirror;
  private Gate gate;
  private RawClient first;

  /** A first client has received what has arrived, and waits for the rest. */
  @BeforeEach
  void arriving() throws Exception {
    upstream = FakeUpstream.start();
    mirror = RunningMirror.setup().repo(upstream, "timeout = 30", "minrate = 0").start();
    gate = new Gate();
    upstream
        .file("/a.rpm", CONTENT)
        .etag("\"1\"")
        .lastModified(Instant.parse("2025-06-01T00:00:00Z"))
        .always(Behaviour.proper().gated(gate));
    first = new RawClient(mirror.port());
    first.send("GET", "/mirror/repo/a.rpm");
    gate.release(HERE);
    assertThat(first.receiveHead().status()).isEqualTo(200);
    assertThat(first.readBody(HERE)).isEqualTo(Arrays.copyOf(CONTENT, HERE));
  }

  @AfterEach
  void stop() throws Exception {
    first.close();
    gate.releaseAll();
    mirror.close();
    upstream.close();
  }

  @ParameterizedTest
  @CsvSource({"0-0, 0, 0", "100-199, 100, 199", "0-59999, 0, 59999", "59999-59999, 59999, 59999"})
  void aRangeOfWhatIsHereIsAnsweredAtOnce(String range, int from, int to) {
    RawResponse answer = mirror.get("a.rpm", "Range: bytes=" + range);
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("Content-Range")).isEqualTo("bytes " + from + "-" + to + "/" + SIZE);
    assertThat(answer.header("ETag")).isEqualTo("\"1\"");
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(CONTENT, from, to + 1));
  }

  @Test
  void severalRangesOfWhatIsHereAreAnsweredAtOnce() {
    RawResponse answer = mirror.get("a.rpm", "Range: bytes=40000-49999,0-9");
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.complete()).isTrue();
    assertThat(answer.header("Content-Type")).startsWith("multipart/byteranges");
  }

  /** One that can't be asked for by itself, since only strong validators tell parts of one file. */
  @Test
  void aRangeAheadIsToldAtOnceAndSentWhenItIsHere() throws Exception {
    Gate own = new Gate();
    upstream.file("/b.rpm", CONTENT).etag("W/\"1\"").always(Behaviour.proper().gated(own));
    own.release(HERE);
    try (RawClient ahead = new RawClient(mirror.port())) {
      ahead.send("GET", "/mirror/repo/b.rpm", "Range: bytes=150000-199999");
      RawClient.Head head = ahead.receiveHead();
      assertThat(head.status()).isEqualTo(206);
      assertThat(head.field("content-range")).isEqualTo("bytes 150000-199999/200000");
      own.release(150_100 - HERE);
      assertThat(ahead.readBody(100)).isEqualTo(Arrays.copyOfRange(CONTENT, 150_000, 150_100));
      own.releaseAll();
      assertThat(ahead.readBody(49_900)).isEqualTo(Arrays.copyOfRange(CONTENT, 150_100, SIZE));
    }
    assertThat(upstream.requests("/b.rpm")).hasSize(1);
  }

  @Test
  void aSuffixAndAnOpenRangeOfAnArrivingFileAreExact() {
    gate.releaseAll();
    assertThat(mirror.get("a.rpm", "Range: bytes=-7").body())
        .isEqualTo(Arrays.copyOfRange(CONTENT, SIZE - 7, SIZE));
    assertThat(mirror.get("a.rpm", "Range: bytes=199000-").body())
        .isEqualTo(Arrays.copyOfRange(CONTENT, 199_000, SIZE));
    assertThat(upstream.requests("/a.rpm"))
        .filteredOn(request -> request.header("Range").isEmpty())
        .hasSize(1);
  }

  @Test
  void aRangePastTheEndIsRefusedAtOnce() {
    RawResponse answer = mirror.get("a.rpm", "Range: bytes=200000-");
    assertThat(answer.status()).isEqualTo(416);
    assertThat(answer.header("Content-Range")).isEqualTo("bytes */200000");
  }

  @Test
  void ifRangeIsJudgedByWhatIsArriving() {
    RawResponse part = mirror.get("a.rpm", "Range: bytes=0-9", "If-Range: \"1\"");
    assertThat(part.status()).isEqualTo(206);
    gate.releaseAll();
    RawResponse whole = mirror.get("a.rpm", "Range: bytes=0-9", "If-Range: \"0\"");
    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.body()).isEqualTo(CONTENT);
  }

  @Test
  void conditionsAreJudgedByWhatIsArriving() {
    assertThat(mirror.get("a.rpm", "If-None-Match: \"1\"").status()).isEqualTo(304);
    assertThat(mirror.get("a.rpm", "If-Match: \"0\"").status()).isEqualTo(412);
  }

  @Test
  void aHeadOfAnArrivingFileIsAnsweredAtOnce() {
    RawResponse head = mirror.request("HEAD", "/mirror/repo/a.rpm");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(SIZE));
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
  }

  @Test
  void aRangeIsNoReasonToStoreOnlyAPart() {
    gate.releaseAll();
    assertThat(Warm.file(mirror, "a.rpm").body()).isEqualTo(CONTENT);
    assertThat(mirror.stored("a.rpm")).hasBinaryContent(CONTENT);
  }
}
