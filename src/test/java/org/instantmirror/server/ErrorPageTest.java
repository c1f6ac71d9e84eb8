package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client reads when something goes wrong: a sentence, and nothing of our insides. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErrorPageTest {

  private final FakeUpstream upstream = FakeUpstream.start();
  private final RunningMirror mirror =
      RunningMirror.setup()
          .repo(upstream, "retries = 1")
          // Apart, because an upstream that fails rests for a while.
          .repo("slow", List.of(upstream.origin() + "/slow/"), "retries = 1", "timeout = 0.3")
          .repo("sluggish", List.of(upstream.origin() + "/slow/"), "retries = 1", "timeout = 0.3")
          .repo("down", List.of("http://127.0.0.1:1/"), "retries = 1", "connect_timeout = 0.3")
          .start();

  ErrorPageTest() {
    upstream.file("/fails.rpm", new byte[0]).always(Behaviour.status(500, "secret trace"));
    upstream.file("/slow/a.rpm", new byte[0]).always(Behaviour.hang());
    upstream.file("/slow/a.txt", new byte[0]).always(Behaviour.hang());
    upstream.file("/page.rpm", new byte[0]).always(Behaviour.html());
    upstream.file("/breaks.txt", new byte[0]).always(Behaviour.proper().contentLength("5"));
  }

  @AfterAll
  void stop() {
    mirror.close();
    upstream.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/mirror/repo/missing.rpm, 404",
    "/mirror/repo/fails.rpm, 502",
    "/mirror/repo/page.rpm, 502",
    "/mirror/slow/a.rpm, 504",
    "/mirror/sluggish/a.txt, 504",
    "/mirror/down/a.rpm, 502",
    "/mirror/down/a.txt, 502",
    "/mirror/repo/a%0a.rpm, 400",
    "/mirror/nosuch/a.rpm, 404",
    "/nosuch, 404",
  })
  void anErrorIsASentenceOfText(String target, int status) {
    RawResponse answer = mirror.request("GET", target);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=UTF-8");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.text()).matches("(?s)[A-Z].{10,400}\n").doesNotContain("secret trace");
    assertClean(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/mirror/repo/a%00.rpm",
        "/mirror/repo/a%2fb.rpm",
        "/mirror/repo/a%5cb.rpm",
        "/mirror/repo/a\"b.rpm",
        "/mirror/repo/a<script>.rpm",
        "/mirror/repo/../../../etc/passwd",
        "/mirror/repo/a%zz",
      })
  void theContainersOwnRefusalsShowNothingEither(String target) {
    RawResponse answer = mirror.request("GET", target);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).doesNotContain("<script>").doesNotContain("passwd");
    assertClean(answer);
  }

  @Test
  void aHeadOfAnErrorHasNoBody() {
    RawResponse answer = mirror.request("HEAD", "/mirror/nosuch/a.rpm");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("Content-Length")).isNotEqualTo("0");
  }

  /** Repeated: whether the head has gone out by then is a race. */
  @RepeatedTest(10)
  void anUpstreamThatBreaksOffAtOnceIsABadGatewayOrABrokenTransfer() {
    RawResponse answer = mirror.get("breaks.txt");
    assertThat(answer.status() == 502 || (answer.status() == 200 && !answer.complete())).isTrue();
    assertClean(answer);
  }

  /** Our cache directory lies below the system's temporary folder. */
  private static void assertClean(RawResponse answer) {
    String fields =
        answer.fields().stream().map(Map.Entry::toString).collect(Collectors.joining("\n"));
    assertThat((fields + "\n" + answer.text()).toLowerCase(Locale.ROOT))
        .doesNotContain("exception", "apache", "tomcat", "coyote", "java", "\tat ", "org.")
        .doesNotContain(System.getProperty("java.io.tmpdir"), "x-powered-by", "server=");
  }
}
