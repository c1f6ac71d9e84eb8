package org.instantmirror.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** How upstream is asked whether a stored response still holds (RFC 9111 section 4.3.1). */
class RevalidationTest {

  private static final Map.Entry<String, String> IF_MODIFIED_SINCE =
      Map.entry("If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT");
  private static final Map.Entry<String, String> IF_NONE_MATCH =
      Map.entry("If-None-Match", "W/\"1\"");

  private static Revalidation ask(StoredCopy stored, boolean sameServer) {
    return Revalidation.of(stored.response(), sameServer);
  }

  @Test
  void theServerItCameFromIsAskedByBothValidators() {
    assertThat(ask(StoredCopy.fetched().withEtag("W/\"1\""), true).conditions())
        .containsExactly(IF_NONE_MATCH, IF_MODIFIED_SINCE);
  }

  @Test
  void anotherServerIsAskedByLastModifiedAlone() {
    Revalidation question = ask(StoredCopy.fetched().withEtag("W/\"1\""), false);
    assertThat(question.conditions()).containsExactly(IF_MODIFIED_SINCE);
    assertThat(question.byHead()).isFalse();
  }

  @Test
  void aTagAloneIsACondition() {
    Revalidation question =
        ask(StoredCopy.fetched().withLastModified(null).withEtag("W/\"1\""), true);
    assertThat(question.conditions()).containsExactly(IF_NONE_MATCH);
    assertThat(question.byHead()).isFalse();
  }

  @Test
  void withNothingToMakeAConditionOfItIsAskedByHead() {
    StoredCopy bare = StoredCopy.fetched().withLastModified(null);
    assertThat(ask(bare, true)).isEqualTo(new Revalidation(true, java.util.List.of()));
    assertThat(ask(bare.withEtag("\"1\""), false).byHead())
        .as("another server's tag is no condition")
        .isTrue();
  }

  @Test
  void anUnconfirmedFileIsAskedByHeadBecauseA304WouldNotCompareItsLength() {
    assertThat(ask(StoredCopy.putByHand(), true))
        .isEqualTo(new Revalidation(true, java.util.List.of()));
    assertThat(ask(StoredCopy.putByHand().withEtag("\"1\""), true).byHead()).isTrue();
  }
}
