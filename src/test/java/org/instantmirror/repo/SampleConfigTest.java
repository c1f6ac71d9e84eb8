package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files under {@code conf} say what the code does. */
class SampleConfigTest {

  private static final Pattern KEY = Pattern.compile("#([a-z_]+) =(?: (.*))?");

  private static final String REPO_HEADER = "#[example]";

  private final Path temp;

  SampleConfigTest(@TempDir Path temp) {
    this.temp = temp;
  }

  @Test
  void theSampleNamesEachKeyOnceWithItsDefaultAndNoOther() throws IOException {
    Map<String, String> documented = new LinkedHashMap<>();
    for (String line : sample()) {
      Matcher key = KEY.matcher(line);
      if (key.matches()) {
        String value = key.group(2) == null ? "" : key.group(2);
        assertThat(documented.put(key.group(1), value)).as(line).isNull();
      }
    }
    Map<String, String> declared = new LinkedHashMap<>();
    for (ConfigKey key : ConfigKey.values()) {
      declared.put(key.key(), key.defaultText());
    }
    assertThat(documented).isEqualTo(declared);
  }

  @Test
  void theSampleExplainsEachKeyInTheCodesWords() throws IOException {
    List<String> comment = new ArrayList<>();
    for (String line : sample()) {
      Matcher key = KEY.matcher(line);
      if (key.matches()) {
        assertThat(String.join(" ", comment))
            .isEqualTo(ConfigKey.of(key.group(1)).orElseThrow().doc());
      }
      if (line.startsWith("# ")) {
        comment.add(line.substring(2));
      } else {
        comment.clear();
      }
    }
  }

  @Test
  void keysStandWhereTheyAreAllowed() throws IOException {
    List<String> sample = sample();
    int repos = sample.indexOf(REPO_HEADER);
    assertThat(repos).isPositive();
    for (ConfigKey key : ConfigKey.values()) {
      int line = sample.indexOf(("#" + key.key() + " = " + key.defaultText()).stripTrailing());
      assertThat(line > repos).as(key.key()).isEqualTo(key.scope() == ConfigKey.Scope.REPO);
    }
  }

  @Test
  void nothingInTheSampleIsInForce() throws IOException {
    assertThat(sample())
        .allMatch(line -> line.isEmpty() || line.startsWith("#") || line.equals("[main]"));
  }

  @Test
  void theSampleWithItsDefaultsInForceIsTheEmptyConfiguration()
      throws IOException, ConfigException {
    // The folder of .repo files is the exception: one that is named must exist.
    List<String> inForce =
        sample().stream()
            .takeWhile(line -> !line.equals(REPO_HEADER))
            .filter(line -> !line.startsWith("#reposdir ="))
            .map(line -> KEY.matcher(line).matches() ? line.substring(1) : line)
            .toList();
    assertThat(inForce).contains("port = 8080", "proxy =");
    assertThat(read(inForce, "[r]\nbaseurl = http://up.example/\n"))
        .isEqualTo(read(List.of(), "[r]\nbaseurl = http://up.example/\n"));
  }

  @Test
  void theSamplesOfRepositoriesCanBeRead() throws IOException, ConfigException {
    String text = Files.readString(Path.of("conf/repos.d/example.repo.sample"));
    Config config = read(List.of(), text);
    assertThat(config.warnings()).isEmpty();
    assertThat(ConfigFolder.repo(config, "example").variables())
        .containsExactly("releasever", "basearch");
    String allInForce = text.replaceAll("(?m)^#(?=[a-z_]+ = |\\[)", "");
    assertThat(read(List.of(), allInForce).warnings()).isEmpty();
    Config all = read(List.of(), allInForce);
    assertThat(all.repos()).hasSize(2 + all.profiles().size());
  }

  private Config read(List<String> main, String repos) throws IOException, ConfigException {
    Path conf = Files.write(temp.resolve("instantmirror.conf"), main);
    Path folder = Files.createDirectories(temp.resolve("repos.d"));
    Files.writeString(folder.resolve("r.repo"), repos);
    return ConfigReader.read(
        new ConfigSources(
            conf,
            true,
            new ConfigSources.Overrides(null, null, null, folder),
            ConfigSources.DEFAULT_CACHE_DIR));
  }

  private static List<String> sample() throws IOException {
    return Files.readAllLines(Path.of("conf/instantmirror.conf"));
  }
}
