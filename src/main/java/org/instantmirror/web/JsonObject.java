package org.instantmirror.web;

import java.io.OutputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** Writes the fields of one JSON object as they come. What is null is written as null. */
final class JsonObject {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private final JsonGenerator json;

  private JsonObject(JsonGenerator json) {
    this.json = json;
  }

  /** Writes an object and a line's end; the stream stays open. */
  static void write(OutputStream out, Consumer<JsonObject> fields) {
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      fields.accept(new JsonObject(json));
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  void text(String name, @Nullable Object value) {
    if (value == null) {
      json.writeNullProperty(name);
    } else {
      json.writeStringProperty(name, value.toString());
    }
  }

  /** An instant as in ISO 8601; null for one that stands for never. */
  void time(String name, @Nullable Instant value) {
    text(name, value == null || value.equals(Instant.EPOCH) ? null : value);
  }

  void number(String name, long value) {
    json.writeNumberProperty(name, value);
  }

  /** A number that isn't known below 0. */
  void numberIfKnown(String name, long value) {
    if (value < 0) {
      json.writeNullProperty(name);
    } else {
      number(name, value);
    }
  }

  /** Rounded. */
  void number(String name, @Nullable Double value) {
    if (value == null) {
      json.writeNullProperty(name);
    } else {
      number(name, Math.round(value));
    }
  }

  /** To three places; what isn't finite as null. */
  void decimal(String name, double value) {
    if (Double.isFinite(value)) {
      json.writeNumberProperty(name, Math.rint(value * 1000) / 1000);
    } else {
      json.writeNullProperty(name);
    }
  }

  /** As it is. */
  void real(String name, double value) {
    json.writeNumberProperty(name, value);
  }

  void truth(String name, boolean value) {
    json.writeBooleanProperty(name, value);
  }

  void texts(String name, Collection<String> values) {
    json.writeArrayPropertyStart(name);
    values.forEach(json::writeString);
    json.writeEndArray();
  }

  <T> void object(String name, @Nullable T value, BiConsumer<JsonObject, T> fields) {
    if (value == null) {
      json.writeNullProperty(name);
    } else {
      json.writeObjectPropertyStart(name);
      fields.accept(this, value);
      json.writeEndObject();
    }
  }

  <T> void array(String name, Stream<T> values, BiConsumer<JsonObject, T> fields) {
    json.writeArrayPropertyStart(name);
    values.forEachOrdered(
        value -> {
          json.writeStartObject();
          fields.accept(this, value);
          json.writeEndObject();
        });
    json.writeEndArray();
  }
}
