package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** curl, as scripts use it: {@code --fail}, so that an error status is an error. */
final class Curl {
  /** curl's exit code for a body that ended before its announced end. */
  static final int PARTIAL_FILE = 18;

  /** curl's exit code for a connection that was reset. */
  static final int RECEIVE_ERROR = 56;

  /** {@code --fail} met a status of 400 or more. */
  static final int HTTP_ERROR = 22;

  private Curl() {}

  /** Fetches a URL into a file. */
  static CommandResult download(String url, Path into, String... options) {
    List<String> words = new ArrayList<>(List.of(options));
    words.addAll(List.of("--output", into.toString(), url));
    return run(words);
  }

  /** Fetches a URL, prints its head, and throws the body away. */
  static CommandResult head(String url, String... options) {
    List<String> words = new ArrayList<>(List.of(options));
    words.addAll(List.of("--output", "/dev/null", "--dump-header", "-", url));
    return run(words);
  }

  /** Fetches a URL until it is a hit: a client has its last byte before the file is stored. */
  static void awaitHit(String url) {
    awaitHit(url, new String[0]);
  }

  /** The same through a proxy. */
  static void awaitHitThrough(String proxy, String url) {
    awaitHit(url, "--proxy", proxy);
  }

  private static void awaitHit(String url, String... options) {
    await()
        .untilAsserted(
            () ->
                assertThat(head(url, options).succeeded().output())
                    .containsIgnoringCase("\ncache-status: InstantMirror; hit"));
  }

  /**
   * How the second of two transfers ended.
   *
   * @param exitCode of curl
   * @param newConnections that it needed: none if it came over the first one's
   */
  record SecondOfTwo(int exitCode, int newConnections) {}

  /** Fetches a URL, which must succeed, and then another one, over the same connection. */
  static SecondOfTwo secondOfTwo(String first, String second, Path into) {
    CommandResult result =
        run(
            List.of(
                "--max-time",
                "100",
                "--write-out",
                "%{stderr}first-then-second %{exitcode} %{num_connects}\n",
                "--output",
                "/dev/null",
                first,
                "--output",
                into.toString(),
                second));
    List<String> ends =
        result.output().lines().filter(line -> line.startsWith("first-then-second ")).toList();
    assertThat(ends).as(result.output()).hasSize(2);
    assertThat(ends.get(0)).startsWith("first-then-second 0 ");
    String[] words = ends.get(1).split(" ", -1);
    return new SecondOfTwo(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
  }

  /** Runs it with any options. */
  static CommandResult run(List<String> options) {
    List<String> words =
        new ArrayList<>(List.of("--silent", "--show-error", "--fail", "--globoff"));
    words.addAll(options);
    return Command.of(Program.CURL.path(), words).run();
  }
}
