package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How a command ended.
 *
 * @param command what was run, for messages
 * @param exitCode 128 + n where signal n ended it
 * @param output standard output and standard error, in the order written
 */
record CommandResult(String command, int exitCode, String output) {
  /** Checks that it succeeded; returns itself. */
  CommandResult succeeded() {
    assertThat(exitCode).as("exit code of %s, which printed:%n%s", command, output).isZero();
    return this;
  }

  /** Checks that it failed; returns itself. */
  CommandResult failed() {
    assertThat(exitCode).as("exit code of %s, which printed:%n%s", command, output).isNotZero();
    return this;
  }
}
