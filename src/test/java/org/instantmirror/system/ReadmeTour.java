package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tour in README.md, as a script: the contents of each fenced {@code sh} block whose fence
 * follows a line {@code <!-- tour -->}, in order.
 */
final class ReadmeTour {
  private static final Pattern BLOCK =
      Pattern.compile(
          "^<!-- tour -->\\s*\\n```sh\\n(.*?)^```\\s*$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern SERVER = Pattern.compile("https?://([^/:\\s\"']+)(?::\\d+)?/");
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final String script;

  private ReadmeTour(String script) {
    this.script = script;
  }

  /**
   * Reads the tour from a README file.
   *
   * @throws IllegalArgumentException if there is no block so marked
   */
  static ReadmeTour read(Path readme) {
    try {
      return parse(Files.readString(readme));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The tour in the text of a README.
   *
   * @throws IllegalArgumentException if there is no block so marked
   */
  static ReadmeTour parse(String readme) {
    List<String> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(readme);
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException(
          "no ```sh block follows a line <!-- tour -->: the tour would go untested");
    }
    return new ReadmeTour(String.join("", blocks));
  }

  /** The whole script. */
  String script() {
    return script;
  }

  /** The servers beyond this machine that it asks, each as {@code scheme://host/}, in order. */
  Set<String> servers() {
    Set<String> servers = new LinkedHashSet<>();
    Matcher matcher = SERVER.matcher(script);
    while (matcher.find()) {
      if (!LOOPBACK.contains(matcher.group(1))) {
        servers.add(matcher.group());
      }
    }
    return servers;
  }

  /**
   * The tour with texts replaced, in the map's order.
   *
   * @throws IllegalArgumentException if one doesn't occur: the tour has changed, and its test must
   */
  ReadmeTour replacing(Map<String, String> replacements) {
    String replaced = script;
    for (Map.Entry<String, String> each : replacements.entrySet()) {
      if (!replaced.contains(each.getKey())) {
        throw new IllegalArgumentException("the tour doesn't say '" + each.getKey() + "'");
      }
      replaced = replaced.replace(each.getKey(), each.getValue());
    }
    return new ReadmeTour(replaced);
  }

  /**
   * Runs it in a folder, as one bash script that stops at the first command that fails. What it
   * left running in the background is ended afterwards.
   *
   * @throws IllegalStateException if it would ask a server beyond this machine
   */
  CommandResult run(Path folder, Map<String, String> environment) {
    if (!servers().isEmpty()) {
      throw new IllegalStateException("a test must not ask " + servers());
    }
    String whole =
        "set -euxo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n" + script;
    Command command = Command.of("/bin/bash", List.of("-c", whole)).in(folder);
    environment.forEach(command::with);
    return command.run();
  }
}
