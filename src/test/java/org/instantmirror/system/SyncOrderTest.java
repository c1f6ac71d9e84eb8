package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.instantmirror.system.SyncStep.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyncOrderTest {
  private static final Set<String> BEFORE =
      Set.of("1-primary.xml.gz", "1-other.xml.gz", "repomd.xml", "repomd.xml.asc");
  private static final Set<String> AFTER =
      Set.of("1-other.xml.gz", "2-primary.xml.gz", "repomd.xml", "repomd.xml.asc");

  private static List<String> files(SyncOrder order, int seed) {
    return order.steps(BEFORE, AFTER, new Random(seed)).stream().map(SyncStep::file).toList();
  }

  @ParameterizedTest
  @EnumSource
  void everythingIsCopiedAndWhatIsGoneIsDeleted(SyncOrder order) {
    List<SyncStep> steps = order.steps(BEFORE, AFTER, new Random(1));

    assertThat(steps)
        .filteredOn(step -> step.kind() == Kind.COPY)
        .extracting(SyncStep::file)
        .containsExactlyInAnyOrderElementsOf(AFTER);
    assertThat(steps)
        .filteredOn(step -> step.kind() == Kind.DELETE)
        .extracting(SyncStep::file)
        .containsExactly("1-primary.xml.gz");
    assertThat(steps).extracting(SyncStep::pause).allMatch(pause -> !pause.isNegative());
  }

  @ParameterizedTest
  @EnumSource
  void theSameSeedIsTheSameOrder(SyncOrder order) {
    assertThat(order.steps(BEFORE, AFTER, new Random(5)))
        .isEqualTo(order.steps(BEFORE, AFTER, new Random(5)));
  }

  @Test
  void rsyncDeletesBeforeItCopiesUnlessItIsToldOtherwise() {
    assertThat(files(SyncOrder.DELETING_FIRST, 1))
        .containsExactly(
            "1-primary.xml.gz",
            "1-other.xml.gz",
            "2-primary.xml.gz",
            "repomd.xml",
            "repomd.xml.asc");
    assertThat(files(SyncOrder.DELETING_LAST, 1)).endsWith("repomd.xml.asc", "1-primary.xml.gz");
  }

  @Test
  void inAnyOrderTheNewRepomdComesBeforeItsListsAndItsSignatureBeforeIt() {
    assertThat(IntStream.range(0, 50).mapToObj(seed -> files(SyncOrder.ANY, seed)))
        .anyMatch(files -> files.indexOf("repomd.xml") < files.indexOf("2-primary.xml.gz"))
        .anyMatch(files -> files.indexOf("repomd.xml.asc") < files.indexOf("repomd.xml"));
  }
}
