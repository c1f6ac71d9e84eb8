package org.instantmirror.system;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Carries out {@link RequiresPrograms}. */
final class ProgramCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getElement(), RequiresPrograms.class)
        .map(needs -> verdict(context.getDisplayName(), missing(needs.value()), missingIsAnError()))
        .orElseGet(() -> ConditionEvaluationResult.enabled("needs no programs"));
  }

  private static List<String> missing(Program... needs) {
    return Stream.of(needs)
        .filter(program -> program.find().isEmpty())
        .map(Program::missing)
        .toList();
  }

  /**
   * What becomes of one test.
   *
   * @param missing a phrase for each thing that isn't there
   * @throws IllegalStateException if something is missing that must be there
   */
  static ConditionEvaluationResult verdict(String test, List<String> missing, boolean required) {
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("all programs are there");
    }
    String reason = String.join(", ", missing);
    if (required) {
      throw new IllegalStateException("cannot run " + test + ": " + reason);
    }
    System.out.println("Skipped " + test + ": " + reason);
    return ConditionEvaluationResult.disabled(reason);
  }

  /** Whether a missing program fails the test, as in CI, rather than skips it. */
  static boolean missingIsAnError() {
    return "true".equals(System.getenv("CI"))
        || "required".equals(System.getProperty("instantmirror.programs"));
  }
}
