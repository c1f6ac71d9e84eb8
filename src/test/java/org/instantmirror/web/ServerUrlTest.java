package org.instantmirror.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerUrlTest {

  @ParameterizedTest
  @CsvSource({
    "http, mirror.example, 8080, http://mirror.example:8080/",
    "http, mirror.example, 80, http://mirror.example/",
    "https, mirror.example, 443, https://mirror.example/",
    "https, mirror.example, 80, https://mirror.example:80/",
    "http, 192.0.2.1, 8080, http://192.0.2.1:8080/",
    "http, [::1], 8080, http://[::1]:8080/",
    "http, ::1, 8080, http://[::1]:8080/",
    "http, under_score, 8080, http://under_score:8080/",
  })
  void itIsWhatTheContainerTells(String scheme, String name, int port, String expected) {
    assertThat(ServerUrl.of(scheme, name, port, "")).isEqualTo(expected);
  }

  @Test
  void theContextPathIsPartOfIt() {
    assertThat(ServerUrl.of("http", "mirror.example", 8080, "/mirror-app"))
        .isEqualTo("http://mirror.example:8080/mirror-app/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\nb", "a/b", "<script>", "[x]", "a$b"})
  void whatIsNoHostIsRefused(String name) {
    assertThatThrownBy(() -> ServerUrl.of("http", name, 80, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
