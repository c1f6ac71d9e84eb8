package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConfigChangeTest {

  private static final String SENTENCE = "- These keys need a restart";

  /** Which these are stands in the code once, and in the page for people. */
  @Test
  void thePageNamesTheKeysThatNeedARestartAndNoOthers() throws IOException {
    String page = Files.readString(Path.of("docs/deploy-tls.md"));
    String list = page.substring(page.indexOf(SENTENCE) + SENTENCE.length()).split("\n- ", 2)[0];
    List<String> named =
        Pattern.compile("`([a-z_]+)`").matcher(list).results().map(key -> key.group(1)).toList();
    assertThat(named)
        .containsExactlyInAnyOrderElementsOf(
            ConfigChange.readAtStart().stream().map(ConfigKey::key).toList());
  }
}
