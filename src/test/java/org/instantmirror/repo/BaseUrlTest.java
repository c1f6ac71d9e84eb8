package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseUrlTest {

  @Test
  void variablesAreListedOnceEachInTheFixedOrder() {
    assertThat(
            new BaseUrl("http://up.example/$arch/${basearch}/$stream/$releasever-x/$arch/")
                .variables())
        .containsExactly("releasever", "stream", "basearch", "arch");
    assertThat(new BaseUrl("http://up.example/$basearch/$releasever/").variables())
        .containsExactly("releasever", "basearch");
    assertThat(new BaseUrl("http://up.example/x/").variables()).isEmpty();
  }

  @Test
  void valuesReplaceBothFormsOfAVariable() {
    BaseUrl base = new BaseUrl("https://up.example:8443/pub/${releasever}-stream/$basearch/os/");
    assertThat(base.with(Map.of("releasever", "9", "basearch", "x86_64")))
        .hasToString("https://up.example:8443/pub/9-stream/x86_64/os/");
  }

  @Test
  void nonAsciiCharactersArePercentEncoded() {
    assertThat(new BaseUrl("http://up.example/ä/a%20b/").with(Map.of()))
        .hasToString("http://up.example/%C3%A4/a%20b/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a%2fb", "a b", "ä", "a?b", "@evil.example"})
  void aValueThatCouldChangeTheUrlsStructureIsRefused(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new BaseUrl("http://up.example/$releasever/").with(Map.of("releasever", value)));
  }

  @ParameterizedTest
  @CsvSource({
    "10, ${releasever_major}, 10",
    "10.1, $releasever_major, 10",
    "10.1, $releasever_minor, 1",
    "10.1, epel${releasever_minor:+-z}-$releasever, epel-z-10.1",
    "10, epel${releasever_minor:+-z}-$releasever, epel-10",
    "10, ${releasever_minor:-0}, 0",
    "10.1, ${releasever_minor:-0}, 1",
    "9-stream, ${releasever_major}x, 9-streamx",
  })
  void aReleasesPartsAreTakenFromTheRelease(String release, String template, String text) {
    BaseUrl base = new BaseUrl("http://up.example/" + template + "/");
    assertThat(base.variables()).containsExactly("releasever");
    assertThat(base.with(Map.of("releasever", release)))
        .hasToString("http://up.example/" + text + "/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"${releasever:+/x}", "${releasever:+$arch}", "${releasever:=x}", "${releasever:+"})
  void anyOtherOperatorOrWordIsRefused(String template) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BaseUrl("http://up.example/" + template + "/"))
        .withMessageContaining("begins no variable");
  }

  @Test
  void aMissingValueIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BaseUrl("http://up.example/$releasever/").with(Map.of()))
        .withMessageContaining("$releasever");
  }

  @ParameterizedTest
  @CsvSource({
    "http://Up.Example/x/, up.example:80",
    "https://up.example/$releasever/, up.example:443",
    "http://127.0.0.1:8080/, 127.0.0.1:8080",
    "http://[::1]:81/x/, [::1]:81",
  })
  void hostAndPortAreKnownWithTheSchemesDefault(String template, String hostAndPort) {
    assertThat(new BaseUrl(template).hostAndPort()).isEqualTo(hostAndPort);
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://up.example/x/, http or https",
    "file:///mnt/cdrom/, http or https",
    "up.example/x/, http or https",
    "/x/, http or https",
    "http:x/, names no host",
    "http:///x/, names no host",
    "http://up_example/x/, names no host",
    "http://up.example:99999/, names no host",
    "http://up.example:0/, names no host",
    "http://up.example/x, end with a slash",
    "http://up.example, end with a slash",
    "http://user:secret@up.example/, user name",
    "http://up.example/?x=/, query",
    "http://up.example/x/#/, query or fragment",
    "http://up.example/a b/, not a URL",
    "http://up.example/a^b/, not a URL",
    "http://up.example/%zz/, not a URL",
    "http://up.example/a/../b/, '''..'''",
    "http://up.example/a/%2E./b/, '''..'''",
    "http://up.example/./, '''..'''",
    "http://$stream/x/, in the host",
    "http://$stream.up.example/x/, in the host",
    "http://up.example/$contentdir/, $contentdir",
    "http://up.example/${releasever/, begins no variable",
    "http://up.example/$/x/, begins no variable",
  })
  void whatIsNoBaseUrlIsRefusedWithTheReason(String template, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BaseUrl(template))
        .withMessageContaining(why)
        .withMessageNotContaining("secret");
  }

  @Test
  void theFixedOrderIsTheOneThatClientsAreTold() {
    assertThat(BaseUrl.PATH_VARIABLES)
        .isEqualTo(List.of("releasever", "stream", "basearch", "arch"));
  }
}
