package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.METADATA_EXPIRE;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.VALIDATED;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.assertWhole;
import static org.instantmirror.server.Mirrored.text;

import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams whose validators are missing, garbage, in the future, or too coarse. */
class OddValidatorsTest {

  private static final byte[] RPM = Packages.rpm(50_000, 1);
  private static final byte[] ONE = text("<repomd>1</repomd>\n");
  private static final byte[] TWO = text("<repomd>2</repomd>\n"); // of the same length
  private static final String METADATA = "repodata/repomd.xml";
  private static final String SIMPLE = "repodata/primary.xml.gz";

  private static List<String> methods(Mirrored it, String path) {
    return it.upstream.requests("/" + path).stream().map(RecordedRequest::method).toList();
  }

  @Test
  void withoutValidatorsAPackageIsConfirmedByItsLengthAndNeverSentTwice() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).withoutHeader("Date");
      it.fetch("a.rpm", RPM);
      it.pass(PACKAGE_EXPIRE);
      assertServed(it.get("a.rpm"), RPM, "InstantMirror; fwd=stale; fwd-status=200");
      assertServed(it.get("a.rpm"), RPM, HIT);
      assertThat(methods(it, "a.rpm")).containsExactly("GET", "HEAD");
      assertThat(it.upstream.bytesSent("/a.rpm")).isEqualTo(RPM.length);
    }
  }

  @Test
  void withoutValidatorsAPackageOfAnotherLengthReplacesTheCopy() {
    byte[] longer = Packages.rpm(50_001, 2);
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM);
      it.fetch("a.rpm", RPM);
      it.pass(PACKAGE_EXPIRE);
      it.upstream.file("/a.rpm", longer);
      it.fetch("a.rpm", longer);
      assertServed(it.get("a.rpm"), longer, HIT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {METADATA, SIMPLE})
  void withoutValidatorsMetadataIsReplacedWhenItHasExpired(String path) {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/" + path, ONE);
      it.fetch(path, ONE);
      it.upstream.file("/" + path, TWO);
      assertServed(it.get(path), ONE, HIT);
      it.pass(METADATA_EXPIRE);
      it.fetch(path, TWO);
      assertServed(it.get(path), TWO, HIT);
    }
  }

  @Test
  void aChunkedUpstreamWithoutValidatorsCostsNothingMore() throws Exception {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).always(Behaviour.proper().chunked());
      it.fetch("a.rpm", RPM);
      RawResponse hit = it.get("a.rpm");
      assertServed(hit, RPM, HIT);
      assertThat(hit.header("Content-Length")).isEqualTo("" + RPM.length);
      assertThat(Files.readAllBytes(it.mirror.stored("a.rpm"))).isEqualTo(RPM);
      it.pass(PACKAGE_EXPIRE);
      assertWhole(it.get("a.rpm"), RPM);
      assertThat(it.upstream.bytesSent("/a.rpm")).isEqualTo(RPM.length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"one\"", "W/\"one\""})
  void anUpstreamWithTagsOnlyIsAskedByThem(String etag) {
    String other = etag.replace("one", "two");
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/" + METADATA, ONE).etag(etag);
      it.fetch(METADATA, ONE);
      it.pass(METADATA_EXPIRE);
      assertServed(it.get(METADATA), ONE, VALIDATED);
      RecordedRequest question = it.upstream.requests("/" + METADATA).get(1);
      assertThat(question.header("If-None-Match")).contains(etag);
      assertThat(question.header("If-Modified-Since")).isEmpty();
      it.pass(METADATA_EXPIRE);
      it.upstream.file("/" + METADATA, TWO).etag(other);
      it.fetch(METADATA, TWO);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "0", "Thu, 32 Foo 2026 99:99:99 GMT", "2026-01-01", ""})
  void aDateThatIsGarbageCountsAsAbsent(String garbage) {
    try (Mirrored it = Mirrored.with()) {
      it.upstream
          .file("/" + METADATA, ONE)
          .header("Last-Modified", garbage)
          .header("Date", garbage);
      RawResponse first = it.fetch(METADATA, ONE);
      assertThat(first.header("Last-Modified")).isNull();
      assertServed(it.get(METADATA), ONE, HIT);
      it.pass(METADATA_EXPIRE);
      it.upstream
          .file("/" + METADATA, TWO)
          .header("Last-Modified", garbage)
          .header("Date", garbage);
      it.fetch(METADATA, TWO);
      assertThat(it.upstream.requests("/" + METADATA))
          .noneMatch(request -> request.header("If-Modified-Since").isPresent());
    }
  }

  @Test
  void aLastModifiedInTheFutureIsConfirmedAsItIsAndReplacedWhenItWasPutRight() {
    Instant future = Instant.now().plus(Duration.ofDays(400));
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/" + METADATA, ONE).lastModified(future);
      it.fetch(METADATA, ONE);
      it.pass(METADATA_EXPIRE);
      assertServed(it.get(METADATA), ONE, VALIDATED);
      it.upstream
          .file("/" + METADATA, TWO)
          .lastModified(V1)
          .always(Behaviour.proper().ignoringConditions());
      it.pass(METADATA_EXPIRE);
      it.fetch(METADATA, TWO);
    }
  }

  @Test
  void anUpstreamClockInThePastDoesNotMatterToItsFiles() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream
          .file("/" + METADATA, ONE)
          .lastModified(Instant.EPOCH.plusSeconds(100))
          .date(Instant.EPOCH.plusSeconds(200));
      it.fetch(METADATA, ONE);
      it.pass(METADATA_EXPIRE);
      assertServed(it.get(METADATA), ONE, VALIDATED);
      it.pass(METADATA_EXPIRE);
      it.upstream
          .file("/" + METADATA, TWO)
          .lastModified(Instant.EPOCH.plusSeconds(300))
          .date(Instant.EPOCH.plusSeconds(400));
      it.fetch(METADATA, TWO);
    }
  }

  @Test
  void aFileRepublishedWithinItsSecondIsToldByItsTag() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/" + METADATA, ONE).lastModified(V1).date(V1).etag("\"1\"");
      it.fetch(METADATA, ONE);
      it.pass(METADATA_EXPIRE);
      it.upstream.file("/" + METADATA, TWO).lastModified(V1).date(V1).etag("\"2\"");
      it.fetch(METADATA, TWO);
    }
  }

  @Test
  void aFileRepublishedWithinItsSecondIsToldByItsLengthWhereUpstreamSendsIt() {
    byte[] longer = text("<repomd>2, longer</repomd>\n");
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/" + METADATA, ONE).lastModified(V1).date(V1);
      it.fetch(METADATA, ONE);
      it.pass(METADATA_EXPIRE);
      it.upstream
          .file("/" + METADATA, longer)
          .lastModified(V1)
          .date(V1)
          .always(Behaviour.proper().ignoringConditions());
      it.fetch(METADATA, longer);
    }
  }
}
