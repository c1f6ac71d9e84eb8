package org.instantmirror.repodata;

import java.util.Comparator;

/**
 * Older versions before newer ones, as rpm has it (rpm's manual, rpm-version(7)): epochs as
 * numbers, then versions, then releases, segment by segment. A tilde sorts before everything, even
 * the end; a caret after the end and before everything else; numbers are newer than letters;
 * characters that are none of these only separate. Builds that this holds equal may differ in
 * spelling ({@code 1.0} and {@code 1_0}). Stateless.
 */
public enum EvrOrder implements Comparator<Evr> {
  /** The only one. */
  OLDEST_FIRST;

  @Override
  public int compare(Evr one, Evr other) {
    int epochs = Long.compare(one.epoch(), other.epoch());
    if (epochs != 0) {
      return epochs;
    }
    int versions = compareText(one.version(), other.version());
    return versions != 0 ? versions : compareText(one.release(), other.release());
  }

  /** Compares two versions, or two releases. */
  static int compareText(String one, String other) {
    if (one.equals(other)) {
      return 0;
    }
    int i = 0;
    int j = 0;
    while (true) {
      i = skipSeparators(one, i);
      j = skipSeparators(other, j);
      char a = i < one.length() ? one.charAt(i) : 0;
      char b = j < other.length() ? other.charAt(j) : 0;
      if (a == '~' || b == '~') {
        if (a != b) {
          return a == '~' ? -1 : 1;
        }
        i++;
        j++;
        continue;
      }
      if (a == '^' || b == '^') {
        if (a != b) {
          return caret(a, b);
        }
        i++;
        j++;
        continue;
      }
      if (a == 0 || b == 0) {
        return Integer.compare(a == 0 ? 0 : 1, b == 0 ? 0 : 1);
      }
      boolean number = isDigit(a);
      if (number != isDigit(b)) {
        return number ? 1 : -1;
      }
      int iEnd = segmentEnd(one, i, number);
      int jEnd = segmentEnd(other, j, number);
      int order =
          number
              ? compareNumbers(one.substring(i, iEnd), other.substring(j, jEnd))
              : Integer.signum(one.substring(i, iEnd).compareTo(other.substring(j, jEnd)));
      if (order != 0) {
        return order;
      }
      i = iEnd;
      j = jEnd;
    }
  }

  /** One of them is a caret; 0 stands for the end. */
  private static int caret(char a, char b) {
    if (a == 0) {
      return -1;
    }
    if (b == 0) {
      return 1;
    }
    return a == '^' ? -1 : 1;
  }

  private static int skipSeparators(String text, int from) {
    int i = from;
    while (i < text.length()
        && !isDigit(text.charAt(i))
        && !isLetter(text.charAt(i))
        && text.charAt(i) != '~'
        && text.charAt(i) != '^') {
      i++;
    }
    return i;
  }

  private static int segmentEnd(String text, int from, boolean number) {
    int i = from;
    while (i < text.length() && (number ? isDigit(text.charAt(i)) : isLetter(text.charAt(i)))) {
      i++;
    }
    return i;
  }

  /** Of any length, with zeros in front or not. */
  private static int compareNumbers(String one, String other) {
    String a = one.replaceFirst("^0+", "");
    String b = other.replaceFirst("^0+", "");
    return a.length() != b.length()
        ? Integer.compare(a.length(), b.length())
        : Integer.signum(a.compareTo(b));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
