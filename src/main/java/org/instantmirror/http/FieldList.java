package org.instantmirror.http;

import java.util.ArrayList;
import java.util.List;

/** Fields that are comma-separated lists (RFC 9110 section 5.6.1). */
final class FieldList {

  private FieldList() {}

  /**
   * The members of a list without the blanks around them, empty ones left out. A comma within a
   * quoted string (section 5.6.4) doesn't separate.
   */
  static List<String> members(String field) {
    List<String> members = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (quoted && c == '\\') {
        i++; // The next character is quoted, be it a quote or not.
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        addUnlessBlank(members, field.substring(start, i));
        start = i + 1;
      }
    }
    addUnlessBlank(members, field.substring(start));
    return members;
  }

  private static void addUnlessBlank(List<String> members, String member) {
    if (!member.isBlank()) {
      members.add(member.strip());
    }
  }
}
