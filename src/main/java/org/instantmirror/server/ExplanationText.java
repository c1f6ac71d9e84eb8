package org.instantmirror.server;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An explanation as a person reads it in a terminal. Pure. */
final class ExplanationText {

  private ExplanationText() {}

  /** Its lines. */
  static List<String> lines(JsonTree it) {
    List<String> lines = new ArrayList<>();
    String path = it.text("path");
    lines.add(path == null ? String.valueOf(it.text("url")) : it.text("repo") + "/" + path);
    lines.add(line("what", it.text("kind") + ": " + it.text("rule")));
    JsonTree decision = it.object("decision");
    if (decision != null) {
      lines.add(
          line(
              "now",
              "%s (%s). %s"
                  .formatted(
                      decision.text("action"),
                      decision.text("reason"),
                      decision.text("sentence"))));
    }
    JsonTree stored = it.object("stored");
    if (path != null) {
      lines.add(line("stored", stored == null ? "no" : stored(stored)));
    }
    for (JsonTree generation : it.objects("generations")) {
      lines.add(line("repodata", generation(generation)));
    }
    for (JsonTree name : it.objects("names")) {
      lines.add(
          line(
              "same as",
              name.text("repo")
                  + "/"
                  + name.text("path")
                  + (name.isTrue("stored") ? ", stored" : "")));
    }
    JsonTree negative = it.object("negative");
    if (negative != null) {
      lines.add(line("remembered", negative.text("kind") + " until " + negative.text("until")));
    }
    JsonTree download = it.object("download");
    if (download != null) {
      lines.add(line("download", download(download)));
    }
    JsonTree ahead = it.object("prefetch");
    if (ahead != null) {
      lines.add(line("ahead", ahead(ahead)));
    }
    it.objects("upstreams").forEach(each -> lines.add(line("upstream", upstream(each))));
    it.objects("answers").forEach(each -> lines.add(line("answered", answer(each))));
    return lines;
  }

  private static String line(String name, String text) {
    return "  %-10s  %s".formatted(name, text);
  }

  private static String stored(JsonTree it) {
    return it.text("size")
        + " bytes"
        + with(", modified ", it.text("modified"))
        + with(", ", it.text("checksum"))
        + with(", ETag ", it.text("etag"))
        + with(", ", it.text("origin"))
        + with(" from ", it.text("source"))
        + with(", last checked ", it.text("checkedAt"))
        + with(", gone upstream since ", it.text("goneSince"));
  }

  private static String generation(JsonTree it) {
    String folder = String.valueOf(it.text("folder"));
    return "generation %s%s, %s since %s: %s%s"
        .formatted(
            it.text("generation"),
            folder.isEmpty() ? "" : " of " + folder,
            it.isTrue("live") ? "live" : "kept",
            it.text("since"),
            it.text("checksum"),
            with(", bytes: ", it.text("size")));
  }

  private static String download(JsonTree it) {
    return it.text("phase")
        + ", "
        + it.text("bytes")
        + with(" of ", it.text("length"))
        + " bytes, clients: "
        + it.text("clients")
        + with(", from ", it.text("source"));
  }

  private static String ahead(JsonTree it) {
    return it.text("why")
        + with("; clients expected within a week: ", it.text("demand"))
        + with("; ", it.text("state"));
  }

  private static String upstream(JsonTree it) {
    return it.text("url")
        + with(", asked in place ", it.text("rank"))
        + with(", rests until ", it.text("restsUntil"))
        + ("lagging".equals(it.text("currency")) ? ", lags behind its metalink" : "")
        + with(", first byte after ms: ", it.text("firstByteMillis"))
        + with(", bytes a second: ", it.text("bytesPerSecond"));
  }

  private static String answer(JsonTree it) {
    return it.text("at")
        + " "
        + it.text("method")
        + " "
        + it.text("url")
        + ":"
        + with(" ", it.text("status"))
        + with(" ", it.text("fault"))
        + with(", ms: ", it.text("firstByteMillis"));
  }

  private static String with(String before, @Nullable String value) {
    return value == null ? "" : before + value;
  }
}
