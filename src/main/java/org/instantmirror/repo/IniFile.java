package org.instantmirror.repo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of yum's language: {@code [section]}, {@code key = value}, comments that begin with
 * {@code #} or {@code ;}, and values that go on in lines indented deeper than their key. Text is
 * UTF-8, with or without a byte order mark.
 */
final class IniFile {

  /**
   * A section.
   *
   * @param file where it stands
   * @param line where it begins, from 1
   * @param name what stands between the brackets
   * @param settings in the order of the file; a key may come twice
   */
  record Section(Path file, int line, String name, List<Setting> settings) {

    /** Where it begins, as a message begins with it. */
    String origin() {
      return file + ":" + line;
    }

    /** A problem with the section as a whole. */
    ConfigException fault(String problem) {
      return new ConfigException(message(problem));
    }

    /** The problem, with where it is, in one line. */
    String message(String problem) {
      return ConfigException.oneLine(origin() + ": [" + name + "]: " + problem);
    }
  }

  private final Path file;
  private final Path folder;
  private final List<Section> sections = new ArrayList<>();
  private @Nullable Section section;
  private @Nullable Setting setting;
  private int keyIndent;

  private IniFile(Path file) {
    this.file = file;
    Path parent = file.toAbsolutePath().getParent();
    this.folder = parent == null ? file.toAbsolutePath() : parent;
  }

  /**
   * The sections of a file, in its order.
   *
   * @throws ConfigException if it can't be read, or a line isn't of the language
   */
  static List<Section> read(Path file) throws ConfigException {
    return parse(file, text(file));
  }

  /** The sections of a file that holds the text. */
  static List<Section> parse(Path file, String text) throws ConfigException {
    IniFile reader = new IniFile(file);
    int number = 0;
    for (String line : (text + "\n").split("\n", -1)) {
      reader.line(++number, line);
    }
    reader.endSetting();
    return List.copyOf(reader.sections);
  }

  private static String text(Path file) throws ConfigException {
    try {
      byte[] bytes = Files.readAllBytes(file);
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": no such file");
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": not UTF-8 text");
    } catch (IOException e) {
      throw new ConfigException(file + ": can't be read (" + e + ")");
    }
  }

  private void line(int number, String line) throws ConfigException {
    String content = line.strip();
    if (content.isEmpty() || content.startsWith("#") || content.startsWith(";")) {
      return;
    }
    int indent = line.indexOf(content);
    if (setting != null && indent > keyIndent) {
      setting = withText(setting, setting.text() + "\n" + content);
    } else if (content.startsWith("[")) {
      endSetting();
      section = new Section(file, number, sectionName(number, content), new ArrayList<>());
      sections.add(section);
    } else {
      endSetting();
      keyIndent = indent;
      setting = keyAndValue(number, content);
    }
  }

  private String sectionName(int number, String content) throws ConfigException {
    int close = content.indexOf(']');
    String rest = close < 0 ? "" : content.substring(close + 1).strip();
    if (close < 0 || !(rest.isEmpty() || rest.startsWith("#") || rest.startsWith(";"))) {
      throw fault(number, "a section's line is '[name]' and nothing else");
    }
    return content.substring(1, close).strip();
  }

  private Setting keyAndValue(int number, String content) throws ConfigException {
    int equals = content.indexOf('=');
    if (equals <= 0) {
      throw fault(number, "neither '[section]' nor 'key = value' nor a comment");
    }
    String key = content.substring(0, equals).strip();
    if (section == null) {
      throw fault(number, key + ": stands in no section; a line '[name]' must come first");
    }
    String value = content.substring(equals + 1).strip();
    return new Setting(file + ":" + number, folder, section.name(), key, value);
  }

  private void endSetting() {
    if (section != null && setting != null) {
      // A value that begins in the line after its key.
      section.settings().add(withText(setting, setting.text().strip()));
    }
    setting = null;
  }

  private static Setting withText(Setting setting, String text) {
    return new Setting(setting.origin(), setting.folder(), setting.section(), setting.key(), text);
  }

  private ConfigException fault(int number, String problem) {
    return new ConfigException(file + ":" + number + ": " + problem);
  }
}
