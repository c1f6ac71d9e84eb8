package org.instantmirror.system;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
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
        .map(needs -> evaluate(context.getDisplayName(), needs.value(), missingIsAnError()))
        .orElseGet(() -> ConditionEvaluationResult.enabled("needs no programs"));
  }

  /**
   * The verdict for one test.
   *
   * @throws IllegalStateException if something is missing that must be there
   */
  static ConditionEvaluationResult evaluate(String test, Program[] needs, boolean required) {
    String missing =
        Stream.of(needs)
            .filter(program -> program.find().isEmpty())
            .map(Program::missing)
            .collect(joining(", "));
    if (missing.isEmpty()) {
      return ConditionEvaluationResult.enabled("found " + Arrays.toString(needs));
    }
    if (required) {
      throw new IllegalStateException("cannot run " + test + ": " + missing);
    }
    System.out.println("Skipped " + test + ": " + missing);
    return ConditionEvaluationResult.disabled(missing);
  }

  /** Whether a missing program fails the test, as in CI, rather than skips it. */
  static boolean missingIsAnError() {
    return "true".equals(System.getenv("CI"))
        || "required".equals(System.getProperty("instantmirror.programs"));
  }
}
