package org.instantmirror.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Header fields in order, names compared case-insensitively. Not thread-safe. */
final class Fields {
  private final List<Map.Entry<String, String>> entries = new ArrayList<>();

  Fields() {}

  Fields(Fields other) {
    entries.addAll(other.entries);
  }

  void add(String name, String value) {
    entries.add(Map.entry(name, value));
  }

  void set(String name, String value) {
    remove(name);
    add(name, value);
  }

  void remove(String name) {
    entries.removeIf(entry -> entry.getKey().equalsIgnoreCase(name));
  }

  boolean has(String name) {
    return entries.stream().anyMatch(entry -> entry.getKey().equalsIgnoreCase(name));
  }

  List<Map.Entry<String, String>> entries() {
    return List.copyOf(entries);
  }
}
