package org.instantmirror.http;

/** Bare items of structured fields (RFC 8941 sections 3.3.3, 3.3.4). */
final class StructuredField {

  private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~:/";

  private StructuredField() {}

  /** Appends text as a token where it is one, and else as a string. */
  static void appendTokenOrString(StringBuilder out, String text) {
    if (isToken(text)) {
      out.append(text);
    } else {
      appendString(out, text);
    }
  }

  private static boolean isToken(String text) {
    return !text.isEmpty()
        && (isAlpha(text.charAt(0)) || text.charAt(0) == '*')
        && text.chars().allMatch(StructuredField::isTokenChar);
  }

  private static boolean isTokenChar(int c) {
    return isAlpha(c) || (c >= '0' && c <= '9') || TOKEN_SYMBOLS.indexOf(c) >= 0;
  }

  private static boolean isAlpha(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** A string can't hold anything but printable ASCII: a question mark stands for the rest. */
  private static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\');
      }
      out.append(c < ' ' || c > '~' ? '?' : c);
    }
    out.append('"');
  }
}
