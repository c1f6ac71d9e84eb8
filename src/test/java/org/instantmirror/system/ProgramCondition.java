package org.instantmirror.system;

import java.lang.reflect.AnnotatedElement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Carries out {@link RequiresPrograms}. */
final class ProgramCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    List<Program> needs = needs(context.getElement());
    return needs.isEmpty()
        ? ConditionEvaluationResult.enabled("needs no programs")
        : verdict(context.getDisplayName(), missing(needs), missingIsAnError());
  }

  /** What the annotations of a class or method name, also those of its annotations. */
  static List<Program> needs(Optional<? extends AnnotatedElement> element) {
    return AnnotationSupport.findRepeatableAnnotations(element, RequiresPrograms.class).stream()
        .flatMap(needs -> Stream.of(needs.value()))
        .distinct()
        .toList();
  }

  private static List<String> missing(List<Program> needs) {
    return needs.stream()
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
