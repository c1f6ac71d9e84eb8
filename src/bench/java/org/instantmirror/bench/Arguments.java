package org.instantmirror.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A command line of {@code --name value} pairs. Immutable after {@link #parse}. */
final class Arguments {
  private final Map<String, String> values;

  private Arguments(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads {@code args}; every name must be one of {@code known}.
   *
   * @throws IllegalArgumentException for an unknown name or a name without a value
   */
  static Arguments parse(String[] args, Set<String> known) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : args[i];
      if (!known.contains(name) || i + 1 == args.length) {
        throw new IllegalArgumentException(
            "'" + args[i] + "' is unknown or lacks its value; known: " + known);
      }
      values.put(name, args[i + 1]);
    }
    return new Arguments(Map.copyOf(values));
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  String required(String name) {
    return text(name).orElseThrow(() -> new IllegalArgumentException("--" + name + " is missing"));
  }

  long number(String name, long otherwise) {
    return text(name).map(Long::parseLong).orElse(otherwise);
  }
}
