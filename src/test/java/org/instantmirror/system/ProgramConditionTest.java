package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

class ProgramConditionTest {
  private static final List<String> MISSING = List.of("dnf is not installed", "not run as root");

  @Test
  void testWhoseProgramsAreThereRuns() {
    assertThat(ProgramCondition.verdict("SomeIT", List.of(), true).isDisabled()).isFalse();
    assertThat(ProgramCondition.verdict("SomeIT", List.of(), false).isDisabled()).isFalse();
  }

  @Test
  void missingProgramsSkipTheTestAndAreNamed() {
    ConditionEvaluationResult result = ProgramCondition.verdict("SomeIT", MISSING, false);

    assertThat(result.isDisabled()).isTrue();
    assertThat(result.getReason()).hasValue("dnf is not installed, not run as root");
  }

  @Test
  void missingProgramsFailTheTestWhereTheyAreRequired() {
    assertThatIllegalStateException()
        .isThrownBy(() -> ProgramCondition.verdict("SomeIT", MISSING, true))
        .withMessage("cannot run SomeIT: dnf is not installed, not run as root");
  }

  @RequiresRpmTools
  @RequiresPrograms(Program.DNF)
  private static class Annotated {}

  @Test
  void programsOfAllAnnotationsAreNeeded() {
    assertThat(ProgramCondition.needs(Optional.of(Annotated.class)))
        .contains(Program.DNF, Program.CREATEREPO_C, Program.GPGCONF)
        .doesNotHaveDuplicates();
  }
}
