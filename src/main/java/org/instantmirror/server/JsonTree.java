package org.instantmirror.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** A JSON object that was read whole; what isn't there is as null. Immutable. */
record JsonTree(Map<String, @Nullable Object> fields) {

  private static final JsonFactory FACTORY = new JsonFactory();

  /**
   * Reads an object.
   *
   * @throws tools.jackson.core.JacksonException if it is none
   */
  static JsonTree parse(byte[] text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      return value(parser) instanceof JsonTree tree ? tree : new JsonTree(Map.of());
    }
  }

  private static @Nullable Object value(JsonParser parser) {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        fields.put(name, value(parser));
      }
      return new JsonTree(fields);
    }
    if (token == JsonToken.START_ARRAY) {
      List<@Nullable Object> values = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        values.add(value(parser));
      }
      return values;
    }
    return token == JsonToken.VALUE_NULL ? null : parser.getString();
  }

  /** A value as text; null if there is none. */
  @Nullable String text(String name) {
    Object value = fields.get(name);
    return value == null ? null : value.toString();
  }

  /** Whether it is the literal true. */
  boolean isTrue(String name) {
    return "true".equals(text(name));
  }

  /** An object within; null if there is none. */
  @Nullable JsonTree object(String name) {
    return fields.get(name) instanceof JsonTree tree ? tree : null;
  }

  /** The texts of an array within. */
  List<String> texts(String name) {
    List<String> found = new ArrayList<>();
    if (fields.get(name) instanceof List<?> values) {
      for (Object value : values) {
        if (value instanceof String text) {
          found.add(text);
        }
      }
    }
    return found;
  }

  /** The objects of an array within. */
  List<JsonTree> objects(String name) {
    List<JsonTree> found = new ArrayList<>();
    if (fields.get(name) instanceof List<?> values) {
      for (Object value : values) {
        if (value instanceof JsonTree tree) {
          found.add(tree);
        }
      }
    }
    return found;
  }
}
