package org.instantmirror.web;

import java.util.Locale;
import org.instantmirror.download.DownloadStanding;
import org.instantmirror.download.QueueStanding;
import org.instantmirror.download.SegmentStanding;
import org.instantmirror.upstream.Lines;
import org.instantmirror.upstream.ShownUrl;
import org.instantmirror.upstream.Urgency;

/** The API's names for downloads, the queue and limits: a contract, as docs/api.md has it. */
final class QueueFields {

  private QueueFields() {}

  static void download(JsonObject json, DownloadStanding it) {
    json.text("repo", it.repo().id());
    json.text("path", it.key().path());
    json.text("phase", it.phase().name().toLowerCase(Locale.ROOT));
    json.text("class", name(it.urgency()));
    json.number("bytes", it.bytes());
    json.numberIfKnown("length", it.length());
    boolean known = it.bytesPerSecond().isPresent();
    json.number("bytesPerSecond", known ? Double.valueOf(it.bytesPerSecond().getAsDouble()) : null);
    json.number("clients", it.clients());
    json.time("began", it.began());
    json.text("source", it.source() == null ? null : ShownUrl.of(it.source()));
    json.array("segments", it.segments().stream(), QueueFields::segment);
  }

  private static void segment(JsonObject json, SegmentStanding it) {
    json.text("source", ShownUrl.of(it.source()));
    json.number("first", it.first());
    json.number("next", it.next());
    json.number("last", it.last());
    boolean known = it.bytesPerSecond().isPresent();
    json.number("bytesPerSecond", known ? Double.valueOf(it.bytesPerSecond().getAsDouble()) : null);
  }

  static void waiting(JsonObject json, QueueStanding it) {
    json.number("position", it.position());
    json.text("repo", it.repo().id());
    json.text("path", it.key().path());
    json.text("class", name(it.urgency()));
    json.number("saving", it.urgency() == Urgency.AHEAD ? Double.valueOf(it.saving()) : null);
  }

  static void limit(JsonObject json, Lines.Limit it) {
    json.text("host", it.host());
    json.numberIfKnown("bytesPerSecond", it.bytesPerSecond() == 0 ? -1 : it.bytesPerSecond());
    json.numberIfKnown("transfers", it.transfers());
  }

  private static String name(Urgency urgency) {
    return urgency.name().toLowerCase(Locale.ROOT);
  }
}
