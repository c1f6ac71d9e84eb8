package org.instantmirror.repodata;

/**
 * The order of versions, and of releases, as rpm has it ({@code rpmvercmp}): runs of digits are
 * compared as numbers and runs of letters as text, a number is newer than a word, what is left over
 * is newer; {@code ~} sorts before the end, {@code ^} just after it. All other characters only
 * separate.
 */
public final class RpmVersion {

  private RpmVersion() {}

  /** As {@link java.util.Comparator#compare}; 0 also for some that aren't equal as texts. */
  public static int compare(String one, String other) {
    if (one.equals(other)) {
      return 0;
    }
    int i = 0;
    int j = 0;
    while (i < one.length() || j < other.length()) {
      i = skipSeparators(one, i);
      j = skipSeparators(other, j);
      char first = i < one.length() ? one.charAt(i) : 0;
      char second = j < other.length() ? other.charAt(j) : 0;
      if (first == '~' || second == '~') {
        if (first != second) {
          return first == '~' ? -1 : 1;
        }
        i++;
        j++;
        continue;
      }
      if (first == '^' || second == '^') {
        if (first != second) {
          return caret(first, second);
        }
        i++;
        j++;
        continue;
      }
      if (first == 0 || second == 0) {
        break;
      }
      int end = runEnd(one, i);
      int otherEnd = isDigit(first) == isDigit(second) ? runEnd(other, j) : j;
      if (otherEnd == j) {
        return isDigit(first) ? 1 : -1;
      }
      int order = run(one.substring(i, end), other.substring(j, otherEnd), isDigit(first));
      if (order != 0) {
        return order;
      }
      i = end;
      j = otherEnd;
    }
    return Boolean.compare(i < one.length(), j < other.length());
  }

  /** One of both is a caret, which is newer than the end and older than anything else. */
  private static int caret(char first, char second) {
    if (first == 0 || second == 0) {
      return first == 0 ? -1 : 1;
    }
    return first == '^' ? -1 : 1;
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

  private static int runEnd(String text, int from) {
    boolean digits = isDigit(text.charAt(from));
    int i = from;
    while (i < text.length() && (digits ? isDigit(text.charAt(i)) : isLetter(text.charAt(i)))) {
      i++;
    }
    return i;
  }

  private static int run(String one, String other, boolean digits) {
    if (!digits) {
      return Integer.signum(one.compareTo(other));
    }
    String number = withoutZeros(one);
    String otherNumber = withoutZeros(other);
    return number.length() != otherNumber.length()
        ? Integer.compare(number.length(), otherNumber.length())
        : Integer.signum(number.compareTo(otherNumber));
  }

  private static String withoutZeros(String digits) {
    int i = 0;
    while (i < digits.length() - 1 && digits.charAt(i) == '0') {
      i++;
    }
    return digits.substring(i);
  }

  /** Of ASCII, whatever the locale. */
  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
