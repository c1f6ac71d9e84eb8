package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing but a version, a stream or an architecture gets into a URL. */
class VariableValueTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"39", "15.5", "9.4", "9-stream", "rawhide", "eln", "7Server", "2023.6.20241010"})
  void whatDistributionsCallTheirReleasesIsTaken(String value) {
    assertThat(VariableValue.isFit("releasever", value)).isTrue();
    assertThat(VariableValue.isFit("stream", value)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64", "ppc64le", "s390x", "i686", "noarch", "x86_64_v2"})
  void anArchitectureIsTaken(String value) {
    assertThat(VariableValue.isFit("basearch", value)).isTrue();
    assertThat(VariableValue.isFit("arch", value)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "releasever, ''",
    "releasever, .",
    "releasever, ..",
    "releasever, 9..4",
    "releasever, .9",
    "releasever, 9.",
    "releasever, -9",
    "releasever, _",
    "releasever, 9--x",
    "releasever, a/b",
    "releasever, a%2fb",
    "releasever, '9 4'",
    "releasever, '9\n'",
    "releasever, ä",
    "releasever, a?b",
    "releasever, a&arch=b",
    "releasever, a#b",
    "releasever, @evil.example",
    "releasever, 12345678901234567890123456789012345678901",
    "stream, ..",
    "basearch, x86-64",
    "basearch, x86.64",
    "basearch, 386",
    "basearch, aaaaaaaaaaaaaaaaaaaaa",
    "arch, _x",
  })
  void anythingElseIsRefused(String variable, String value) {
    assertThat(VariableValue.isFit(variable, value)).isFalse();
  }
}
