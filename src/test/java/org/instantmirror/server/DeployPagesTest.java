package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ConfigException;
import org.instantmirror.repo.ConfigReader;
import org.instantmirror.repo.ConfigSources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the pages on deployment say of our side can be said. */
class DeployPagesTest {

  private static final String SERVE = "    java -jar instantmirror.war ";

  private final Path temp;

  DeployPagesTest(@TempDir Path temp) {
    this.temp = temp;
  }

  private static List<String> page(String name) throws IOException {
    return Files.readAllLines(Path.of("docs", name));
  }

  @Test
  void theCommandLineOfTheProxyIsTaken() throws IOException {
    List<String> commands =
        page("deploy-proxy.md").stream().filter(line -> line.startsWith(SERVE)).toList();
    assertThat(commands).hasSize(1);
    String[] words = commands.get(0).substring(SERVE.length()).split(" ", -1);
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    assertThat(Main.commandLine(new Main(nowhere, nowhere)).parseArgs(words).unmatched()).isEmpty();
  }

  @Test
  void theSettingsForSquidAreTaken() throws IOException, ConfigException {
    List<String> settings =
        page("deploy-squid.md").stream()
            .filter(line -> line.matches(" {4}[a-z_]+ = .*"))
            .map(String::strip)
            .toList();
    assertThat(settings).hasSize(1);
    Path conf = temp.resolve("instantmirror.conf");
    Files.writeString(conf, "[main]\n" + String.join("\n", settings) + "\n");
    Config config =
        ConfigReader.read(new ConfigSources(conf, true, ConfigSources.Overrides.NONE, temp));
    assertThat(config.proxy().peers()).anyMatch(range -> range.contains("127.0.0.1"));
    assertThat(config.proxy().isUsed()).isTrue();
    assertThat(config.proxy().port()).isNull();
  }
}
