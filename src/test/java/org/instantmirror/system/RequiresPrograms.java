package org.instantmirror.system;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a test needs of the machine. Where it is missing, the test is skipped and says so on
 * standard output; with {@code CI=true} in the environment, or {@code
 * -Dinstantmirror.programs=required}, it fails.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Repeatable(RequiresPrograms.All.class)
@ExtendWith({ProgramCondition.class, Opened.class})
@interface RequiresPrograms {
  /** All of these. */
  Program[] value();

  /** Several of them, each of which counts. */
  @Target({ElementType.TYPE, ElementType.METHOD})
  @Retention(RetentionPolicy.RUNTIME)
  @Inherited
  @ExtendWith({ProgramCondition.class, Opened.class})
  @interface All {
    /** All of these. */
    RequiresPrograms[] value();
  }
}
