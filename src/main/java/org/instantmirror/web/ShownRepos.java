package org.instantmirror.web;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.Repo;

/**
 * The repositories that a client may know of.
 *
 * @param own that are configured here
 * @param builtIn those of distributions
 */
record ShownRepos(List<Repo> own, List<Repo> builtIn) {

  /**
   * Of a configuration.
   *
   * @param shown as {@link ReadGate#shown} says
   */
  static ShownRepos of(Config config, Predicate<Repo> shown) {
    Map<Boolean, List<Repo>> builtIn =
        config.repos().values().stream()
            .filter(shown)
            .collect(Collectors.partitioningBy(repo -> config.profiles().contains(repo.id())));
    return new ShownRepos(
        builtIn.getOrDefault(false, List.of()), builtIn.getOrDefault(true, List.of()));
  }

  /** Those that are configured here first. */
  List<Repo> all() {
    return Stream.concat(own.stream(), builtIn.stream()).toList();
  }
}
