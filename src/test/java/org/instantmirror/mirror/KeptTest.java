package org.instantmirror.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which generations stay servable. */
class KeptTest {

  private static final Instant NOW = Instant.parse("2026-03-03T00:00:00Z");
  private static final RepositoryFolder FOLDER = new RepositoryFolder(new RepoId("r"), "");

  /** Those that went live so many hours ago, the live one first. */
  private static List<Generation> generations(int... hours) {
    return IntStream.range(0, hours.length)
        .mapToObj(
            i ->
                new Generation(
                    FOLDER,
                    hours.length - i,
                    Map.of(),
                    List.of(),
                    Map.of(),
                    NOW.minus(Duration.ofHours(hours[i])),
                    null))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    // The live one, however old.
    "1000, 1, 1",
    "1000, 3, 1",
    // So many, however old.
    "'100 200 300 400', 3, 3",
    "'100 200 300 400', 1, 1",
    "'100 200 300 400', 9, 4",
    // More, where they were live within 48 hours: the second was until the first one came.
    "'1 2 3 4 5', 3, 5",
    "'47 100 200', 1, 2",
    "'48 100 200', 1, 1",
    "'49 100 200', 1, 1",
    "'1 47 100 200', 1, 3",
    "'1 48 100 200', 1, 2",
    // From the future, by a clock that was wrong.
    "'-5 -6', 1, 2",
  })
  void soManyAndThoseThatWereLiveWithin48Hours(String hours, int count, int kept) {
    List<Generation> all =
        generations(Arrays.stream(hours.split(" ")).mapToInt(Integer::parseInt).toArray());
    assertThat(Kept.of(all, count, NOW)).isEqualTo(all.subList(0, kept));
  }
}
