package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.assertWhole;

import java.util.List;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RecordedRequest;
import org.junit.jupiter.api.Test;

/** Nothing that a client says of itself reaches upstream, or colours what is stored. */
class ClientFieldsTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);

  private static final String[] FIELDS = {
    "Accept: */*, application/metalink+xml, application/metalink4+xml",
    "Accept-Encoding: gzip, zstd",
    "Accept-Language: de",
    "Cookie: session=secret",
    "Authorization: Basic c2VjcmV0OnNlY3JldA==",
    "Proxy-Authorization: Basic c2VjcmV0OnNlY3JldA==",
    "X-ZYpp-AnonymousId: 12345",
    "X-ZYpp-DistributionFlavor: secret",
    "Referer: http://secret.example/",
    "From: secret@example.com",
    "X-Forwarded-For: 10.1.2.3",
    "User-Agent: libdnf (secret)",
  };

  private static final List<String> ALLOWED =
      List.of(
          "host",
          "connection",
          "accept-encoding",
          "user-agent",
          "via",
          "if-none-match",
          "if-modified-since");

  private static void assertTellsNothing(Mirrored it, String path) {
    assertThat(it.upstream.requests("/" + path)).isNotEmpty();
    for (RecordedRequest request : it.upstream.requests("/" + path)) {
      assertThat(request.headers())
          .allSatisfy(
              field -> {
                assertThat(field.getValue()).doesNotContainIgnoringCase("secret");
                assertThat(field.getValue()).doesNotContain("metalink", "10.1.2.3", "12345");
              });
      assertThat(request.header("Accept-Encoding")).contains("identity");
      assertThat(request.header("User-Agent"))
          .hasValueSatisfying(agent -> assertThat(agent).startsWith("InstantMirror"));
    }
  }

  private static void assertOnlyAllowed(Mirrored it, String path) {
    for (RecordedRequest request : it.upstream.requests("/" + path)) {
      assertThat(request.headers())
          .extracting(field -> field.getKey().toLowerCase(java.util.Locale.ROOT))
          .isSubsetOf(ALLOWED);
      assertThat(request.target()).doesNotContain("?");
    }
  }

  @Test
  void aFetchTellsNothingOfTheClient() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      it.fetch("a.rpm", RPM, FIELDS);
      assertTellsNothing(it, "a.rpm");
      assertOnlyAllowed(it, "a.rpm");
    }
  }

  @Test
  void aCheckTellsNothingOfTheClientAndMakesItsOwnConditions() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      it.fetch("a.rpm", RPM, FIELDS);
      it.pass(PACKAGE_EXPIRE);
      assertWhole(it.get("a.rpm", "If-None-Match: \"other\"", "Cache-Control: no-cache"), RPM);
      assertTellsNothing(it, "a.rpm");
      assertOnlyAllowed(it, "a.rpm");
      assertThat(it.upstream.requests("/a.rpm").get(1).header("If-None-Match")).contains("\"1\"");
    }
  }

  @Test
  void aHeadTellsNothingOfTheClient() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      assertThat(it.mirror.request("HEAD", "/mirror/repo/a.rpm", FIELDS).status()).isEqualTo(200);
      assertTellsNothing(it, "a.rpm");
      assertOnlyAllowed(it, "a.rpm");
    }
  }

  @Test
  void aPassedThroughRequestTellsNothingOfTheClientButItsCacheControl() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/notes.html", RPM).lastModified(V1);
      assertWhole(it.get("notes.html", FIELDS), RPM);
      assertTellsNothing(it, "notes.html");
    }
  }

  @Test
  void rangesAndConditionsOfAColdFileAreTheMirrorsAffair() {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      assertThat(it.get("a.rpm", "Range: bytes=0-9", "If-Range: \"1\"").status()).isEqualTo(206);
      assertOnlyAllowed(it, "a.rpm");
      assertThat(it.upstream.requests("/a.rpm").get(0).header("If-None-Match")).isEmpty();
    }
  }

  @Test
  void aQueryDoesNotColourWhatIsStored() {
    byte[] coloured = Packages.rpm(30_000, 2);
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/a.rpm", coloured).lastModified(V1);
      assertWhole(it.get("a.rpm?colour=red"), coloured);
      assertThat(it.mirror.stored("a.rpm")).doesNotExist();
      it.upstream.file("/a.rpm", RPM).lastModified(V1);
      assertServed(it.fetch("a.rpm", RPM), RPM, Mirrored.FETCHED);
      assertThat(it.upstream.requests("/a.rpm"))
          .extracting(RecordedRequest::target)
          .containsExactly("/a.rpm?colour=red", "/a.rpm");
    }
  }
}
