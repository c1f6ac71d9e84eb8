package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.FETCHED;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.V2;
import static org.instantmirror.server.Mirrored.VALIDATED;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.cacheStatus;

import java.nio.file.Files;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A copy whose lifetime has passed: upstream confirms it, lags behind, or has a newer one. */
class ExpiredCopyTest {

  private static final byte[] RPM = Packages.rpm(100_000, 1);
  private static final byte[] NEWER = Packages.rpm(120_000, 2);

  /** More than sockets' buffers hold. */
  private static final int BIG = 24_000_000;

  @Test
  void freshCopyIsServedWithoutARequest() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      assertServed(it.fetch("a.rpm", RPM), RPM, FETCHED);
      it.pass(PACKAGE_EXPIRE.minusSeconds(1));
      RawResponse hit = it.get("a.rpm");
      assertServed(hit, RPM, HIT);
      assertThat(hit.header("Age")).isEqualTo("3599");
      assertThat(hit.header("ETag")).isEqualTo("\"1\"");
      assertThat(hit.header("Last-Modified")).isEqualTo("Thu, 01 Jan 2026 00:00:00 GMT");
      assertThat(it.asked("a.rpm")).isEqualTo(1);
    }
  }

  @Test
  void expiredCopyIsConfirmedByOneConditionalRequestAndFreshAgain() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      it.fetch("a.rpm", RPM);
      it.pass(PACKAGE_EXPIRE);
      RawResponse validated = it.get("a.rpm");
      assertServed(validated, RPM, VALIDATED);
      assertThat(validated.header("Age")).isEqualTo("0");
      assertServed(it.get("a.rpm"), RPM, HIT);
      it.pass(PACKAGE_EXPIRE.minusSeconds(1));
      assertServed(it.get("a.rpm"), RPM, HIT);
      assertThat(it.asked("a.rpm")).isEqualTo(2);
      RecordedRequest question = it.upstream.requests("/a.rpm").get(1);
      assertThat(question.method()).isEqualTo("GET");
      assertThat(question.header("If-None-Match")).contains("\"1\"");
      assertThat(question.header("If-Modified-Since")).contains("Thu, 01 Jan 2026 00:00:00 GMT");
      assertThat(it.upstream.bytesSent("/a.rpm")).isEqualTo(RPM.length);
    }
  }

  @Test
  void a304NeverAltersTheLength() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream
          .file("/a.rpm", RPM)
          .lastModified(V1)
          .next(Behaviour.proper())
          .next(Behaviour.status(304).header("Content-Length", "7"));
      it.fetch("a.rpm", RPM);
      it.pass(PACKAGE_EXPIRE);
      assertServed(it.get("a.rpm"), RPM, VALIDATED);
      RawResponse hit = it.get("a.rpm");
      assertServed(hit, RPM, HIT);
      assertThat(hit.header("Content-Length")).isEqualTo("" + RPM.length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-01-01T00:00:00Z", "2025-12-01T00:00:00Z"})
  void a200WithTheSameOrAnOlderFileServesTheCopyAndIsNotReadToItsEnd(String lastModified) {
    byte[] big = Packages.rpm(BIG, 1);
    byte[] theirs = lastModified.equals(V1.toString()) ? big : Packages.rpm(BIG, 3);
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", big).lastModified(V1);
      it.fetch("a.rpm", big);
      it.pass(PACKAGE_EXPIRE);
      it.upstream
          .file("/a.rpm", theirs)
          .lastModified(java.time.Instant.parse(lastModified))
          .always(Behaviour.proper().ignoringConditions());
      assertServed(it.get("a.rpm"), big, "InstantMirror; fwd=stale; fwd-status=200");
      assertServed(it.get("a.rpm"), big, HIT);
      assertThat(it.asked("a.rpm")).isEqualTo(2);
      assertThat(it.upstream.bytesSent("/a.rpm")).isLessThan(2L * BIG);
    }
  }

  @Test
  void aNewerFileIsStreamedAtOnceAndReplacesTheCopy() throws Exception {
    try (Mirrored it = Mirrored.with();
        RawClient client = new RawClient(it.mirror.port())) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      it.fetch("a.rpm", RPM);
      it.pass(PACKAGE_EXPIRE);
      Gate gate = new Gate();
      it.upstream
          .file("/a.rpm", NEWER)
          .lastModified(V2)
          .etag("\"2\"")
          .always(Behaviour.proper().gated(gate));
      client.send("GET", "/mirror/repo/a.rpm");
      gate.release(1000);
      RawClient.Head head = client.receiveHead();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("cache-status")).isEqualTo("InstantMirror; fwd=stale; stored");
      assertThat(head.field("etag")).isEqualTo("\"2\"");
      assertThat(client.readBody(500)).isEqualTo(java.util.Arrays.copyOf(NEWER, 500));
      assertThat(Files.readAllBytes(it.mirror.stored("a.rpm")))
          .as("the copy is replaced only by a complete one")
          .isEqualTo(RPM);
      gate.releaseAll();
      client.readBody(NEWER.length - 500);
      org.awaitility.Awaitility.await()
          .untilAsserted(
              () -> assertThat(Files.readAllBytes(it.mirror.stored("a.rpm"))).isEqualTo(NEWER));
      assertServed(it.get("a.rpm"), NEWER, HIT);
      assertThat(Files.getLastModifiedTime(it.mirror.stored("a.rpm")).toInstant()).isEqualTo(V2);
    }
  }

  @Test
  void whoReadsTheOldCopyIsUndisturbedByTheNewOne() throws Exception {
    byte[] old = Packages.rpm(BIG, 1);
    try (Mirrored it = Mirrored.with();
        RawClient slow = new RawClient(it.mirror.port(), 16 * 1024)) {
      it.upstream.file("/a.rpm", old).lastModified(V1);
      it.fetch("a.rpm", old);
      slow.send("GET", "/mirror/repo/a.rpm");
      assertThat(slow.receiveHead().status()).isEqualTo(200);
      byte[] beginning = slow.readBody(1000);
      it.pass(PACKAGE_EXPIRE);
      it.upstream.file("/a.rpm", NEWER).lastModified(V2);
      it.fetch("a.rpm", NEWER);
      byte[] rest = slow.readBody(BIG - 1000);
      assertThat(beginning).isEqualTo(java.util.Arrays.copyOf(old, 1000));
      assertThat(rest).isEqualTo(java.util.Arrays.copyOfRange(old, 1000, BIG));
    }
  }

  @Test
  void aNewerFileThatBreaksOffLeavesTheCopy() throws Exception {
    try (Mirrored it = Mirrored.with("retries = 1")) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      it.fetch("a.rpm", RPM);
      it.pass(PACKAGE_EXPIRE);
      it.upstream.file("/a.rpm", NEWER).lastModified(V2).next(Behaviour.proper().cutAfter(60_000));
      RawResponse broken = it.get("a.rpm");
      assertThat(broken.complete()).isFalse();
      assertThat(Files.readAllBytes(it.mirror.stored("a.rpm"))).isEqualTo(RPM);
      it.passSeconds(10);
      it.fetch("a.rpm", NEWER);
      org.awaitility.Awaitility.await()
          .untilAsserted(
              () -> assertThat(Files.readAllBytes(it.mirror.stored("a.rpm"))).isEqualTo(NEWER));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {304, 206, 204})
  void anAnswerThatWasNotAskedForIsAFailedTry(int status) {
    try (Mirrored it = Mirrored.with("retries = 1")) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).next(unsolicited(status));
      RawResponse refused = it.get("a.rpm");
      assertThat(refused.status()).isEqualTo(502);
      assertThat(it.mirror.stored("a.rpm")).doesNotExist();
      assertServed(it.fetch("a.rpm", RPM), RPM, FETCHED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {206, 204})
  void anAnswerThatWasNotAskedForConfirmsAndReplacesNothing(int status) {
    try (Mirrored it = Mirrored.with()) {
      it.upstream
          .file("/a.rpm", RPM)
          .lastModified(V1)
          .next(Behaviour.proper())
          .next(unsolicited(status));
      it.fetch("a.rpm", RPM);
      it.pass(PACKAGE_EXPIRE);
      assertServed(it.get("a.rpm"), RPM, Mirrored.UNREACHABLE);
      it.passSeconds(1);
      assertThat(cacheStatus(it.get("a.rpm"))).as("it stays expired").isEqualTo(VALIDATED);
    }
  }

  private static Behaviour unsolicited(int status) {
    return status == 206 ? Behaviour.partial(NEWER, 0, 9_999) : Behaviour.status(status);
  }
}
