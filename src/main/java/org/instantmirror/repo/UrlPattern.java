package org.instantmirror.repo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with variables in it, read backwards: which values make it the beginning of another text.
 * Immutable.
 */
final class UrlPattern {

  private static final String MAJOR = "releasever_major";
  private static final String MINOR = "releasever_minor";

  private final String template;
  private final Pattern pattern;
  private final Set<String> groups;

  /**
   * A text whose variables are of {@link BaseUrl#PATH_VARIABLES}.
   *
   * @param template with its other characters as they are to be met
   */
  UrlPattern(String template) {
    this.template = template;
    StringBuilder regex = new StringBuilder();
    Set<String> named = new LinkedHashSet<>();
    Matcher references = VariableReference.PATTERN.matcher(template);
    int end = 0;
    while (references.find()) {
      regex.append(Pattern.quote(template.substring(end, references.start())));
      regex.append(regex(references, named));
      end = references.end();
    }
    regex.append(Pattern.quote(template.substring(end)));
    this.pattern = Pattern.compile(regex.toString());
    this.groups = Set.copyOf(named);
  }

  /** What a variable's value may be here; whether it is fit is judged with the whole value. */
  private static String regex(Matcher reference, Set<String> named) {
    String name = VariableReference.name(reference);
    if (reference.group(2) != null) {
      // In place of a value stands a word, or nothing: any that the check below finds right.
      return "[A-Za-z0-9._~-]{0,80}?";
    }
    String group = name.replace("_", "");
    if (!named.add(name)) {
      return "\\k<" + group + ">";
    }
    String allowed =
        switch (name) {
          case MAJOR -> "[A-Za-z0-9_-]{1,80}";
          case MINOR -> "[A-Za-z0-9._-]{0,80}";
          case "basearch", "arch" -> "[A-Za-z0-9_]{1,80}";
          default -> "[A-Za-z0-9._-]{1,80}";
        };
    return "(?<" + group + ">" + allowed + ")";
  }

  /**
   * What was found.
   *
   * @param values of all variables
   * @param end where the text goes on behind the template
   */
  record Found(Map<String, String> values, int end) {}

  /** Whether a text begins like that, with values that are fit. */
  Optional<Found> beginningOf(String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.lookingAt() ? found(matcher, text) : Optional.empty();
  }

  /** The values that make it the whole text. */
  Optional<Map<String, String>> valuesIn(String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.matches() ? found(matcher, text).map(Found::values) : Optional.empty();
  }

  private Optional<Found> found(Matcher matcher, String text) {
    Map<String, String> values = values(matcher);
    List<String> wanted = UrlTemplate.variables(template);
    boolean fit =
        wanted.stream().allMatch(name -> VariableValue.isFit(name, values.getOrDefault(name, "")));
    // Parts of a release, and words in place of values, may not fit together.
    return fit && UrlTemplate.substitute(template, values).equals(text.substring(0, matcher.end()))
        ? Optional.of(new Found(values, matcher.end()))
        : Optional.empty();
  }

  private Map<String, String> values(Matcher matcher) {
    Map<String, String> values = new HashMap<>();
    List<String> release = new ArrayList<>();
    for (String name : groups) {
      String value = matcher.group(name.replace("_", ""));
      if (name.equals(MAJOR)) {
        release.add(0, value);
      } else if (name.equals(MINOR)) {
        if (!value.isEmpty()) {
          release.add(value);
        }
      } else {
        values.put(name, value);
      }
    }
    if (!release.isEmpty()) {
      values.putIfAbsent("releasever", String.join(".", release));
    }
    return values;
  }
}
