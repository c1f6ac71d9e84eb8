package org.instantmirror.repo;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Repositories for tests that care about their URLs only. */
final class TestRepos {

  private TestRepos() {}

  static Repo repo(String... baseUrls) {
    List<BaseUrl> bases = Stream.of(baseUrls).map(BaseUrl::new).toList();
    Duration second = Duration.ofSeconds(1);
    return new Repo(
        new RepoId("test"),
        "Test",
        bases,
        Classifier.BUILT_IN,
        new Lifetimes(second, second, second, second, true, 3, second, second),
        new Transport(
            second, second, 0, null, null, null, true, null, null, null, null, null, Set.of(), 1),
        1,
        1);
  }
}
