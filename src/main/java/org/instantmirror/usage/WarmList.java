package org.instantmirror.usage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads lists of packages in the forms that administrators have. Stateless. */
public final class WarmList {

  /** The most lines that are taken. */
  public static final int MOST_LINES = 100_000;

  private static final int MOST_CHARS = 1024;

  /** The group that Anaconda always installs. */
  private static final String CORE = "core";

  private static final Pattern BUILD = Pattern.compile("(.+)-([^-]+)-([^-]+)\\.([^.-]+)");

  private static final Pattern WITH_EPOCH = Pattern.compile("([0-9]{1,9}):(.+)");

  private WarmList() {}

  /** What a list looks like. */
  public enum Kind {
    /** Names, {@code name.arch} and {@code @group}, patterns too, separated by space. */
    NAMES,
    /** The {@code %packages} of a kickstart file. */
    KICKSTART,
    /** What {@code rpm -qa} says: of each package that is installed the newest version. */
    INSTALLED,
    /**
     * {@code name-version-release.arch} a line, with or without epochs, as of dnf's versionlock.
     */
    LOCK;

    /**
     * The kind of that name.
     *
     * @throws IllegalArgumentException with a sentence if there is none
     */
    public static Kind of(String name) {
      return Arrays.stream(values())
          .filter(kind -> kind.toString().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "there is no kind of list '"
                          + name
                          + "'; allowed are "
                          + Arrays.stream(values())
                              .map(Kind::toString)
                              .collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What a list wishes.
   *
   * @throws IllegalArgumentException with a sentence if it isn't of that kind, or too long
   */
  public static List<WarmWish> read(Kind kind, String text) {
    List<String> lines = text.lines().map(String::strip).toList();
    if (lines.size() > MOST_LINES) {
      throw new IllegalArgumentException("a list of more than " + MOST_LINES + " lines");
    }
    return switch (kind) {
      case NAMES -> names(lines);
      case KICKSTART -> kickstart(lines);
      case INSTALLED -> installed(lines);
      case LOCK -> lock(lines);
    };
  }

  private static List<WarmWish> names(List<String> lines) {
    List<WarmWish> wishes = new ArrayList<>();
    for (String line : lines) {
      for (String word : line.replaceFirst("(^|\\s)#.*", "").split("[\\s,]+", -1)) {
        if (!word.isEmpty()) {
          wishes.add(wish(word));
        }
      }
    }
    return wishes;
  }

  private static WarmWish wish(String word) {
    requireShort(word);
    if (word.startsWith("-") && word.length() > 1) {
      return new WarmWish.Without(word.substring(1));
    }
    return word.startsWith("@") && word.length() > 1
        ? new WarmWish.Group(groupId(word), false)
        : new WarmWish.Name(word);
  }

  /** {@code @^} marks an environment; one name space holds both. */
  private static String groupId(String word) {
    return word.startsWith("@^") ? word.substring(2) : word.substring(1);
  }

  private static List<WarmWish> kickstart(List<String> lines) {
    List<WarmWish> wishes = new ArrayList<>();
    boolean within = false;
    boolean any = false;
    for (String line : lines) {
      if (line.equals("%packages") || line.startsWith("%packages ")) {
        within = true;
        any = true;
        if (!Arrays.asList(line.split("\\s+", -1)).contains("--nocore")) {
          wishes.add(new WarmWish.Group(CORE, true));
        }
      } else if (line.startsWith("%")) {
        within = false;
      } else if (within) {
        String wanted = line.replaceFirst("(^|\\s)#.*", "").strip();
        if (!wanted.isEmpty()) {
          wishes.add(wish(wanted.split("\\s+", -1)[0]));
        }
      }
    }
    if (!any) {
      throw new IllegalArgumentException("the kickstart file has no %packages");
    }
    return wishes;
  }

  private static List<WarmWish> installed(List<String> lines) {
    List<WarmWish> wishes = new ArrayList<>();
    for (String line : lines) {
      // Keys are in rpm's database as if they were packages.
      if (!line.isEmpty() && !line.startsWith("#") && !line.startsWith("gpg-pubkey-")) {
        wishes.add(
            build(line)
                .<WarmWish>map(build -> new WarmWish.Name(build.name() + "." + build.arch()))
                .orElseGet(() -> new WarmWish.Name(line)));
      }
    }
    return wishes;
  }

  private static List<WarmWish> lock(List<String> lines) {
    List<WarmWish> wishes = new ArrayList<>();
    for (String line : lines) {
      // What versionlock excludes is wished by nobody.
      if (line.isEmpty() || line.startsWith("#") || line.startsWith("!")) {
        continue;
      }
      wishes.add(
          build(line)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "'" + shortened(line) + "' is no name-version-release.arch")));
    }
    return wishes;
  }

  /** A build by its whole name; the epoch may stand before the name or before the version. */
  static Optional<WarmWish.Build> build(String text) {
    requireShort(text);
    Matcher whole = BUILD.matcher(text);
    if (!whole.matches()) {
      return Optional.empty();
    }
    String name = whole.group(1);
    String version = whole.group(2);
    Long epoch = null;
    Matcher before = WITH_EPOCH.matcher(name);
    Matcher within = WITH_EPOCH.matcher(version);
    if (within.matches()) {
      epoch = Long.valueOf(within.group(1));
      version = within.group(2);
    } else if (before.matches()) {
      epoch = Long.valueOf(before.group(1));
      name = before.group(2);
    }
    return Optional.of(new WarmWish.Build(name, epoch, version, whole.group(3), whole.group(4)));
  }

  private static void requireShort(String word) {
    if (word.length() > MOST_CHARS) {
      throw new IllegalArgumentException("'" + shortened(word) + "' is no package");
    }
  }

  private static String shortened(String line) {
    return line.length() > 80 ? line.substring(0, 80) + "…" : line;
  }
}
