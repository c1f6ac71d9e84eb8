package org.instantmirror.repo;

import java.util.ArrayList;
import java.util.List;

/**
 * Matches paths with shell patterns. A pattern without a slash is matched with the last segment of
 * a path, one with a slash with the whole path; a leading slash only says the latter. {@code *}
 * stands for any characters but a slash, {@code ?} for one of them, {@code [a-z]} and {@code
 * [!a-z]} for one (not) listed, {@code **} for anything, and {@code **}{@code /} for any number of
 * folders, none included.
 *
 * <p>Time is bounded by the product of both lengths, whatever the pattern: paths come from clients.
 * (Not {@code java.nio}'s matcher: that needs a {@code Path}, which non-ASCII names can't be under
 * {@code LC_ALL=C}.)
 */
final class Glob {

  /** A step of a pattern. */
  private interface Token {
    /** One character that isn't a slash and is accepted. */
    default boolean accepts(int character) {
      return false;
    }
  }

  private enum Wildcard implements Token {
    WITHIN_SEGMENT,
    ANYTHING,
    FOLDERS
  }

  private record Literal(int expected) implements Token {
    @Override
    public boolean accepts(int character) {
      return character == expected;
    }
  }

  private record AnyCharacter() implements Token {
    @Override
    public boolean accepts(int character) {
      return character != '/';
    }
  }

  /** Pairs of a first and a last character. */
  private record Listed(List<int[]> ranges, boolean negated) implements Token {
    @Override
    public boolean accepts(int character) {
      boolean listed = ranges.stream().anyMatch(r -> r[0] <= character && character <= r[1]);
      return character != '/' && listed != negated;
    }
  }

  private Glob() {}

  /**
   * @throws IllegalArgumentException if the pattern is empty or has a bracket that isn't closed
   */
  static void requireValid(String pattern) {
    if (pattern.isEmpty() || pattern.equals("/")) {
      throw new IllegalArgumentException("an empty pattern");
    }
    tokens(pattern);
  }

  /** Whether the relative path matches the pattern. */
  static boolean matches(String pattern, String path) {
    if (pattern.indexOf('/') < 0) {
      return matchesAll(tokens(pattern), path.substring(path.lastIndexOf('/') + 1));
    }
    return matchesAll(tokens(pattern.startsWith("/") ? pattern.substring(1) : pattern), path);
  }

  /** Token by token, keeps at which positions of the text the pattern so far can end. */
  private static boolean matchesAll(List<Token> tokens, String text) {
    int[] characters = text.codePoints().toArray();
    boolean[] ends = new boolean[characters.length + 1];
    ends[0] = true;
    for (Token token : tokens) {
      boolean[] next = new boolean[ends.length];
      boolean before = false;
      for (int i = 0; i < ends.length; i++) {
        int last = i == 0 ? '/' : characters[i - 1];
        if (token == Wildcard.WITHIN_SEGMENT) {
          next[i] = ends[i] || (i > 0 && next[i - 1] && last != '/');
        } else if (token == Wildcard.ANYTHING) {
          next[i] = ends[i] || before;
        } else if (token == Wildcard.FOLDERS) {
          next[i] = ends[i] || (before && last == '/');
        } else {
          next[i] = i > 0 && ends[i - 1] && token.accepts(last);
        }
        before |= ends[i];
      }
      ends = next;
    }
    return ends[characters.length];
  }

  private static List<Token> tokens(String pattern) {
    int[] characters = pattern.codePoints().toArray();
    List<Token> tokens = new ArrayList<>();
    int i = 0;
    while (i < characters.length) {
      switch (characters[i]) {
        case '*' -> {
          int begin = i;
          while (i < characters.length && characters[i] == '*') {
            i++;
          }
          boolean folders = i - begin > 1 && i < characters.length && characters[i] == '/';
          tokens.add(
              folders
                  ? Wildcard.FOLDERS
                  : i - begin > 1 ? Wildcard.ANYTHING : Wildcard.WITHIN_SEGMENT);
          i += folders ? 1 : 0;
        }
        case '?' -> {
          tokens.add(new AnyCharacter());
          i++;
        }
        case '[' -> {
          int close = closingBracket(characters, i);
          tokens.add(listed(characters, i + 1, close));
          i = close + 1;
        }
        default -> tokens.add(new Literal(characters[i++]));
      }
    }
    return tokens;
  }

  /** A bracket right after the opening one (or its {@code !}) is listed, as in a shell. */
  private static int closingBracket(int[] characters, int open) {
    int i = open + (isNegation(characters, open + 1) ? 3 : 2);
    while (i < characters.length && characters[i] != ']') {
      i++;
    }
    if (i >= characters.length) {
      throw new IllegalArgumentException("a '[' without its ']'");
    }
    return i;
  }

  private static Listed listed(int[] characters, int begin, int end) {
    boolean negated = isNegation(characters, begin);
    List<int[]> ranges = new ArrayList<>();
    int i = negated ? begin + 1 : begin;
    while (i < end) {
      boolean range = i + 2 < end && characters[i + 1] == '-';
      ranges.add(new int[] {characters[i], range ? characters[i + 2] : characters[i]});
      i += range ? 3 : 1;
    }
    return new Listed(ranges, negated);
  }

  private static boolean isNegation(int[] characters, int i) {
    return i < characters.length && (characters[i] == '!' || characters[i] == '^');
  }
}
