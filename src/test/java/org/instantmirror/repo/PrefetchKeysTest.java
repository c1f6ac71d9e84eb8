package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instantmirror.repo.PrefetchPolicy.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefetchKeysTest {

  private final Path temp;

  PrefetchKeysTest(@TempDir Path temp) {
    this.temp = temp;
  }

  private Config read(String main, String repos) throws IOException, ConfigException {
    Path conf = Files.writeString(temp.resolve("instantmirror.conf"), "[main]\n" + main + "\n");
    Path folder = Files.createDirectories(temp.resolve("repos.d"));
    Files.writeString(folder.resolve("r.repo"), repos);
    return ConfigReader.read(
        new ConfigSources(
            conf,
            true,
            new ConfigSources.Overrides(null, null, null, null, folder),
            ConfigSources.DEFAULT_CACHE_DIR));
  }

  private static PrefetchPolicy of(Config config, String id) {
    return java.util.Objects.requireNonNull(config.repos().get(new RepoId(id))).prefetch();
  }

  @Test
  void theDefaultIsWhatCostsNothingWhereNobodyIsKnownToWantAnything() throws Exception {
    Config config = read("", "[a]\nbaseurl=http://up.example/\n");
    assertThat(of(config, "a")).isEqualTo(new PrefetchPolicy(Mode.POPULAR, 0.5));
    assertThat(config.prefetch())
        .isEqualTo(new PrefetchSettings(PrefetchSettings.NO_LIMIT, DailyWindow.ALWAYS));
  }

  @Test
  void aRepositoryMaySayOtherwiseThanMain() throws Exception {
    Config config =
        read(
            "prefetch = off\nprefetch_budget = 20G\nprefetch_window = 01:00-06:00",
            """
            [a]
            baseurl=http://up.example/a/
            [b]
            baseurl=http://up.example/b/
            prefetch=All
            prefetch_min_demand=20
            """);
    assertThat(of(config, "a").mode()).isEqualTo(Mode.OFF);
    assertThat(of(config, "b")).isEqualTo(new PrefetchPolicy(Mode.ALL, 20));
    assertThat(config.prefetch().budget()).isEqualTo(20L << 30);
    assertThat(config.prefetch().window()).hasToString("01:00-06:00");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prefetch = some | 'some' is not known; allowed are off, metadata, popular, all",
        "prefetch_min_demand = -1 | no number of clients",
        "prefetch_min_demand = 9999999 | no number of clients",
        "prefetch_budget = much | no size",
        "prefetch_window = night | no span of a day"
      })
  void whatIsWrongIsSaid(String line, String expected) {
    assertThatThrownBy(() -> read(line, "")).hasMessageContaining(expected);
  }
}
