package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The front page and the probes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesTest {

  private final RunningMirror mirror =
      RunningMirror.setup()
          .repo("fedora", List.of("http://127.0.0.1:1/$releasever/$basearch/"))
          .repo("evil", List.of("http://127.0.0.1:1/"), "name = <script>alert(\"&\")</script>")
          .start();

  @AfterAll
  void stop() {
    mirror.close();
  }

  @ParameterizedTest
  @CsvSource({"/health/live, live", "/health/ready, ready"})
  void probesAnswerInAWord(String path, String word) {
    RawResponse answer = mirror.request("GET", path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).startsWith(word);
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void theFrontPageListsTheRepositoriesAndHowToUseThem() {
    RawResponse answer = mirror.request("GET", "/");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/html;charset=UTF-8");
    assertThat(answer.text())
        .contains("[fedora]")
        .contains(
            "baseurl=http://127.0.0.1:" + mirror.port() + "/mirror/fedora/$releasever/$basearch/")
        .contains("[evil]")
        .contains("baseurl=http://127.0.0.1:" + mirror.port() + "/mirror/evil/")
        .contains("<a href=\"mirror/evil/\">");
  }

  @Test
  void namesAreEscaped() {
    RawResponse answer = mirror.request("GET", "/");
    assertThat(answer.text())
        .doesNotContain("<script")
        .contains("&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;");
    assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'");
  }

  @Test
  void withoutRepositoriesItSaysWhatToDo() {
    try (RunningMirror empty = RunningMirror.setup().start()) {
      assertThat(empty.request("GET", "/").text()).contains("No repository is configured yet");
    }
  }

  @Test
  void builtInRepositoriesAreListed() {
    try (RunningMirror withProfiles = RunningMirror.setup().main("profiles = yes").start()) {
      assertThat(withProfiles.request("GET", "/").text())
          .contains("Built-in repositories")
          .contains("Fedora $releasever - $basearch - Updates")
          .contains(
              "baseurl=http://127.0.0.1:"
                  + withProfiles.port()
                  + "/mirror/updates/$releasever/$basearch/<");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/health/live", "/health/ready"})
  void aHeadOfAPageSaysWhatAGetSays(String path) {
    RawResponse get = mirror.request("GET", path);
    RawResponse head = mirror.request("HEAD", path);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(get.body().length));
    assertThat(head.header("Content-Type")).isEqualTo(get.header("Content-Type"));
  }
}
