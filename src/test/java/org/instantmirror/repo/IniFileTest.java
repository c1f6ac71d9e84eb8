package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IniFileTest {

  private static final Path FILE = Path.of("/etc/x.repo");

  @Test
  void sectionsKeysAndLinesAreKnown() throws ConfigException {
    List<IniFile.Section> sections =
        IniFile.parse(FILE, "# c\n\n[a]\nk = v\nl=w = x\n; c\n[b] # why\n  m   =\n");
    assertThat(sections).extracting(IniFile.Section::name).containsExactly("a", "b");
    assertThat(sections).extracting(IniFile.Section::line).containsExactly(3, 7);
    assertThat(sections.get(0).settings())
        .containsExactly(
            new Setting("/etc/x.repo:4", Path.of("/etc"), "a", "k", "v"),
            new Setting("/etc/x.repo:5", Path.of("/etc"), "a", "l", "w = x"));
    assertThat(text(sections.get(1), "m")).isEmpty();
  }

  @Test
  void aValueGoesOnInDeeperIndentedLines() throws ConfigException {
    IniFile.Section section =
        IniFile.parse(
                FILE,
                """
                [a]
                k = one
                  two

                  # a comment between
                \t[three]*
                l =
                   four = 4
                m = five
                """)
            .get(0);
    assertThat(text(section, "k")).isEqualTo("one\ntwo\n[three]*");
    assertThat(text(section, "l")).isEqualTo("four = 4");
    assertThat(text(section, "m")).isEqualTo("five");
  }

  @Test
  void aSectionMayBeIndentedAsAWhole() throws ConfigException {
    IniFile.Section section = IniFile.parse(FILE, "[a]\n  k = v\n  l = w\n    x\n").get(0);
    assertThat(text(section, "k")).isEqualTo("v");
    assertThat(text(section, "l")).isEqualTo("w\nx");
  }

  @Test
  void windowsLineEndsAndAMissingLastOneAreTaken() throws ConfigException {
    IniFile.Section section = IniFile.parse(FILE, "[a]\r\nk = v\r\nl = w").get(0);
    assertThat(text(section, "k")).isEqualTo("v");
    assertThat(text(section, "l")).isEqualTo("w");
  }

  @Test
  void anEmptyFileHasNoSections() throws ConfigException {
    assertThat(IniFile.parse(FILE, "")).isEmpty();
    assertThat(IniFile.parse(FILE, "# only this")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'k = v', ':1: k: stands in no section'",
    "'[a]\nnonsense', ':2: neither'",
    "'[a]\n= v', ':2: neither'",
    "'[a\nk = v', ':1: a section''s line'",
    "'[a] b\nk = v', ':1: a section''s line'",
  })
  void aLineThatIsNotOfTheLanguageIsRefusedWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> IniFile.parse(FILE, text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("/etc/x.repo" + message);
  }

  @Test
  void filesAreUtf8WithOrWithoutAByteOrderMark(@TempDir Path folder) throws Exception {
    Path file = write(folder, "\uFEFF[a]\nname = Größe\n".getBytes(StandardCharsets.UTF_8));
    assertThat(text(IniFile.read(file).get(0), "name")).isEqualTo("Größe");
    Path latin = write(folder, "[a]\nname = Größe\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> IniFile.read(latin))
        .isInstanceOf(ConfigException.class)
        .hasMessage(latin + ": not UTF-8 text");
  }

  @Test
  void aFileThatIsMissingOrAFolderIsRefused(@TempDir Path folder) {
    assertThatThrownBy(() -> IniFile.read(folder.resolve("x")))
        .isInstanceOf(ConfigException.class)
        .hasMessageEndingWith("x: no such file");
    assertThatThrownBy(() -> IniFile.read(folder))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("can't be read");
  }

  private static Path write(Path folder, byte[] content) throws IOException {
    return Files.write(folder.resolve("test.repo"), content);
  }

  private static String text(IniFile.Section section, String key) {
    return section.settings().stream()
        .filter(s -> s.key().equals(key))
        .map(Setting::text)
        .reduce((a, b) -> b)
        .orElseThrow();
  }
}
