package org.instantmirror.web;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.usage.Report;
import org.instantmirror.usage.Report.Action;
import org.instantmirror.usage.Report.Change;
import org.instantmirror.usage.UsedPackage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads a client's report: the JSON of {@code docs/api.md}, version 1. Strictly, since a program
 * writes it: what isn't as described there is refused with the name of the field, but for packages
 * of repositories that aren't ours (any more), which are left out. For one document.
 */
final class ReportReader {

  static final int MOST_INSTALLED = 20_000;
  static final int MOST_CHANGES = 5_000;
  static final int MOST_REPOS = 1_000;

  private static final int MOST_TEXT = 1_000;
  private static final Duration OLDEST = Duration.ofDays(100);
  private static final Duration AHEAD = Duration.ofDays(2);
  private static final Duration LEAST_PERIOD = Duration.ofHours(1);
  private static final Duration MOST_PERIOD = Duration.ofDays(30);

  private static final Pattern CLIENT = Pattern.compile("[A-Za-z0-9_-]{22}");

  /** Half a pair of surrogates isn't stored as it is read. */
  private static final Pattern NAME = Pattern.compile("[^\\s/\\p{Cntrl}\\p{Cs}]{1,255}");

  private static final Pattern EVR = Pattern.compile("[0-9]+:[^\\s:/-]+-[^\\s:/-]+");
  private static final Pattern ARCH = Pattern.compile("[A-Za-z0-9_]{1,32}");
  private static final Pattern REPO = Pattern.compile("[A-Za-z0-9_.:-]{1,255}");

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(4)
                  .maxStringLength(MOST_TEXT)
                  .maxNameLength(255)
                  .maxNumberLength(20)
                  .build())
          .build();

  private final Map<String, Optional<RepositoryFolder>> repos = new HashMap<>();
  private @Nullable List<Row> installed;
  private @Nullable List<Row> changes;
  private boolean unchanged;
  private boolean versioned;
  private @Nullable String client;
  private @Nullable Instant window;
  private @Nullable Duration period;

  /** A package, before it is known what the repository's name stands for. */
  private record Row(@Nullable Action action, String name, String arch, String repo) {}

  private ReportReader() {}

  /**
   * Reads one.
   *
   * @param folders what a repository's path on this server stands for; throws {@link
   *     IllegalArgumentException} for what is no such path
   * @throws IllegalArgumentException if it isn't as described
   * @throws IOException if the body can't be read
   */
  static Report read(
      InputStream body, Function<String, Optional<RepositoryFolder>> folders, Instant now)
      throws IOException {
    try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), body)) {
      ReportReader reader = new ReportReader();
      reader.document(json, folders);
      return reader.report(now);
    } catch (JacksonException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalArgumentException(
          "the body isn't the JSON that it should be: " + e.getOriginalMessage(), e);
    }
  }

  private void document(JsonParser json, Function<String, Optional<RepositoryFolder>> folders) {
    require(json.nextToken() == JsonToken.START_OBJECT, "the body", "must be a JSON object");
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "version" -> {
          require(number(json, field) == 1, field, "must be 1");
          versioned = true;
        }
        case "client" -> client = matching(text(json, field), CLIENT, field);
        case "window" -> window = instant(text(json, field), field);
        case "period" -> period = Duration.ofSeconds(number(json, field));
        case "repos" -> repos(json, folders);
        case "installed" -> installed = rows(json, field, false, MOST_INSTALLED);
        case "unchanged" -> {
          require(json.currentToken() == JsonToken.VALUE_TRUE, field, "must be true, or left out");
          unchanged = true;
        }
        case "changes" -> changes = rows(json, field, true, MOST_CHANGES);
        default -> throw wrong(field, "is no field of version 1");
      }
    }
    require(json.nextToken() == null, "the body", "must end with the object");
  }

  private void repos(JsonParser json, Function<String, Optional<RepositoryFolder>> folders) {
    require(json.currentToken() == JsonToken.START_OBJECT, "repos", "must be an object");
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      matching(name, REPO, "repos (name)");
      String field = "repos." + name;
      json.nextToken();
      String path = text(json, field);
      try {
        repos.put(name, folders.apply(path));
      } catch (IllegalArgumentException e) {
        throw wrong(field, String.valueOf(e.getMessage()));
      }
      require(repos.size() <= MOST_REPOS, "repos", "may be " + MOST_REPOS + " at most");
    }
  }

  private static List<Row> rows(JsonParser json, String field, boolean change, int most) {
    require(json.currentToken() == JsonToken.START_ARRAY, field, "must be an array");
    List<Row> rows = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      String here = field + "[" + rows.size() + "]";
      require(rows.size() < most, field, "may hold " + most + " at most");
      require(json.currentToken() == JsonToken.START_ARRAY, here, "must be an array");
      Action action = change ? action(next(json, here), here) : null;
      String name = matching(next(json, here), NAME, here + " (name)");
      matching(next(json, here), EVR, here + " (epoch:version-release)");
      // The same few for all packages: one object each.
      String arch = matching(next(json, here), ARCH, here + " (arch)").intern();
      String repo = next(json, here);
      require(json.nextToken() == JsonToken.END_ARRAY, here, "has too many elements");
      rows.add(new Row(action, name, arch, repo));
    }
    return rows;
  }

  private static Action action(String text, String field) {
    for (Action action : Action.values()) {
      if (action.name().toLowerCase(Locale.ROOT).equals(text)) {
        return action;
      }
    }
    throw wrong(field, "begins with no action that is known");
  }

  private static String next(JsonParser json, String field) {
    json.nextToken();
    return text(json, field);
  }

  private static String text(JsonParser json, String field) {
    require(json.currentToken() == JsonToken.VALUE_STRING, field, "must be a text");
    return json.getString();
  }

  private static long number(JsonParser json, String field) {
    boolean whole = json.currentToken() == JsonToken.VALUE_NUMBER_INT;
    require(whole, field, "must be a whole number");
    return json.getLongValue();
  }

  private static Instant instant(String text, String field) {
    try {
      require(text.endsWith("Z"), field, "must be in UTC");
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw wrong(field, "must be a time such as 2026-11-23T00:00:00Z");
    }
  }

  private static String matching(String text, Pattern pattern, String field) {
    require(pattern.matcher(text).matches(), field, "must match " + pattern);
    return text;
  }

  private Report report(Instant now) {
    require(versioned, "version", "is missing");
    String id = present(client, "client");
    Instant begin = present(window, "window");
    Duration length = present(period, "period");
    require(!begin.isBefore(now.minus(OLDEST)), "window", "is too long ago");
    require(!begin.isAfter(now.plus(AHEAD)), "window", "lies in the future");
    boolean fits = length.compareTo(LEAST_PERIOD) >= 0 && length.compareTo(MOST_PERIOD) <= 0;
    require(fits, "period", "must be from an hour to 30 days, in seconds");
    List<Row> all = installed;
    require(unchanged == (all == null), "installed", "or unchanged must be there, and not both");
    List<UsedPackage> packages = all == null ? null : new ArrayList<>();
    if (packages != null && all != null) {
      all.forEach(row -> used(row).ifPresent(packages::add));
    }
    List<Change> changed = new ArrayList<>();
    for (Row row : present(changes, "changes")) {
      Action action = present(row.action, "changes");
      used(row).ifPresent(what -> changed.add(new Change(action, what)));
    }
    return new Report(id, begin, length, packages, changed);
  }

  private Optional<UsedPackage> used(Row row) {
    Optional<RepositoryFolder> folder = repos.get(row.repo);
    if (folder == null) {
      throw wrong("repos", "doesn't name the repository '" + row.repo + "'");
    }
    return folder.map(where -> new UsedPackage(where, row.name, row.arch));
  }

  private static <T> T present(@Nullable T value, String field) {
    if (value == null) {
      throw wrong(field, "is missing");
    }
    return value;
  }

  private static void require(boolean holds, String field, String otherwise) {
    if (!holds) {
      throw wrong(field, otherwise);
    }
  }

  private static IllegalArgumentException wrong(String field, String how) {
    return new IllegalArgumentException(field + ": " + how);
  }
}
