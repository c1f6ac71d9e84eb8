package org.instantmirror.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the client's package is made of: {@code src/client}, which the build packs into this
 * application, with the list {@code files.txt}. Immutable.
 *
 * @param all in the list's order
 * @param version of the client
 * @param afterRemoval a script in Lua, as rpm has it
 */
record ClientFiles(List<Entry> all, String version, String afterRemoval) {

  private static final Pattern VERSION =
      Pattern.compile("^VERSION = \"([0-9.]+)\"$", Pattern.MULTILINE);

  /** What something is. */
  enum Kind {
    DIR,
    FILE,
    /** A file that an administrator may change, and that stays so. */
    CONFIG,
    LINK
  }

  /**
   * A file, a folder or a link.
   *
   * @param place absolute
   * @param source where a link leads; else a path below {@code src/client}, empty for a folder
   */
  record Entry(Kind kind, short mode, String place, String source) {

    static Entry parse(String line) {
      String[] words = line.split(" ", -1);
      return new Entry(
          Kind.valueOf(words[0].toUpperCase(java.util.Locale.ROOT)),
          Short.parseShort(words[1], 8),
          words[2],
          words.length > 3 ? words[3] : "");
    }

    /** What is in the file. */
    String content() {
      return read(source);
    }
  }

  static ClientFiles load() {
    List<Entry> all =
        read("files.txt")
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(Entry::parse)
            .toList();
    Matcher version = VERSION.matcher(read("instantmirror_client/__init__.py"));
    if (!version.find()) {
      throw new IllegalStateException("the client's sources name no VERSION");
    }
    return new ClientFiles(all, version.group(1), read("postun.lua"));
  }

  private static String read(String name) {
    try (InputStream in = ClientFiles.class.getResourceAsStream("client/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the client's source " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
