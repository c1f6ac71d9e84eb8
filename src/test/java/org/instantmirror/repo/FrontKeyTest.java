package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The secret of web servers in front. */
class FrontKeyTest {

  @ParameterizedTest
  @ValueSource(strings = {"0123456789abcde", "0123456789 abcdef", "0123456789abcdef\"", ""})
  void aShortOneOrOneThatAFieldCannotHoldIsRefusedWithoutRepeatingIt(String secret) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FrontKey(secret))
        .withMessageContaining("16 to 200")
        .withMessageNotContaining("0123456789");
  }

  @Test
  void onlyTheWholeSecretIsKnowledgeOfIt() {
    FrontKey key = new FrontKey("0123456789abcdef");

    assertThat(key.isKnownBy("0123456789abcdef")).isTrue();
    assertThat(key.isKnownBy("0123456789abcde")).isFalse();
    assertThat(key.isKnownBy("")).isFalse();
  }

  @Test
  void itDoesNotShowItself() {
    assertThat(new FrontKey("0123456789abcdef").toString()).doesNotContain("0123");
  }
}
