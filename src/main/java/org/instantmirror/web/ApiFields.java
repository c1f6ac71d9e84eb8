package org.instantmirror.web;

import java.util.Locale;
import org.instantmirror.http.HttpDate;
import org.instantmirror.mirror.Explanation;
import org.instantmirror.mirror.Explanation.Negative;
import org.instantmirror.mirror.Explanation.Place;
import org.instantmirror.mirror.Explanation.Running;
import org.instantmirror.mirror.Explanation.State;
import org.instantmirror.mirror.FolderStanding;
import org.instantmirror.mirror.Listing;
import org.instantmirror.mirror.Reload;
import org.instantmirror.mirror.RepoStanding;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.ListStanding;
import org.instantmirror.upstream.RememberedAnswer;
import org.instantmirror.upstream.ShownUrl;
import org.instantmirror.upstream.Standing;
import org.instantmirror.usage.PopularPackage;
import org.instantmirror.usage.UsageStanding;

/** The API's names for what the mirror knows: a contract, as docs/api.md has it. */
final class ApiFields {

  private ApiFields() {}

  static void explanation(JsonObject json, Explanation it) {
    json.text("url", it.asked());
    json.text("kind", it.kind());
    json.text("rule", it.rule());
    json.object(
        "decision",
        it.chosen(),
        (inner, chosen) -> {
          inner.text("action", chosen.action());
          inner.text("reason", chosen.reason());
          inner.text("sentence", ShownUrl.inText(chosen.sentence()));
        });
    Place place = it.place();
    json.text("repo", place == null ? null : place.repo());
    json.text("path", place == null ? null : place.path());
    json.text("pathBelowBase", place == null ? null : place.below());
    State state = it.state();
    json.object("stored", state == null ? null : state.stored(), ApiFields::stored);
    json.object("listed", state == null ? null : state.listed(), ApiFields::listed);
    json.array(
        "generations",
        state == null ? java.util.stream.Stream.<Listing>empty() : state.listings().stream(),
        ApiFields::listing);
    json.array(
        "names",
        state == null ? java.util.stream.Stream.<Explanation.Name>empty() : state.names().stream(),
        (inner, name) -> {
          inner.text("repo", name.repo());
          inner.text("path", name.path());
          inner.truth("stored", name.stored());
        });
    json.object("negative", state == null ? null : state.negative(), ApiFields::negative);
    json.object("download", state == null ? null : state.running(), ApiFields::running);
    json.object("prefetch", state == null ? null : state.prefetch(), PrefetchServlet::item);
    json.array(
        "upstreams",
        it.upstreams().stream(),
        (inner, source) -> {
          inner.text("url", ShownUrl.of(source.uri()));
          standing(inner, source.standing());
        });
    json.array("answers", it.answers().stream(), ApiFields::answer);
  }

  /** A file of the tree, as a list of them names it. */
  static void entry(JsonObject json, StoredEntry entry) {
    json.text("path", entry.key().path());
    stored(json, entry);
  }

  private static void stored(JsonObject json, StoredEntry entry) {
    json.number("size", entry.file().size());
    json.time("modified", entry.file().modified());
    json.text("checksum", entry.checksum());
    json.text("etag", entry.head().etag());
    json.text(
        "lastModified",
        entry.head().lastModified() == null ? null : HttpDate.format(entry.head().lastModified()));
    json.text("contentType", entry.head().contentType());
    json.text("origin", entry.origin().name().toLowerCase(Locale.ROOT));
    json.text("source", ShownUrl.of(entry.source()));
    json.time("fetchedAt", entry.fetchedAt());
    json.time("checkedAt", entry.checkedAt());
    json.time("goneSince", entry.goneSince());
  }

  private static void listed(JsonObject json, ListedFile file) {
    json.text("checksum", file.checksum());
    json.numberIfKnown("size", file.size());
  }

  private static void listing(JsonObject json, Listing listing) {
    json.text("folder", listing.folder().path());
    json.number("generation", listing.generation());
    json.truth("live", listing.live());
    json.time("since", listing.since());
    listed(json, listing.file());
  }

  private static void negative(JsonObject json, Negative negative) {
    json.text("kind", negative.kind());
    json.time("at", negative.at());
    json.time("until", negative.until());
  }

  private static void running(JsonObject json, Running running) {
    json.text("phase", running.phase().name().toLowerCase(Locale.ROOT));
    json.number("bytes", running.bytes());
    json.numberIfKnown("length", running.length());
    json.number("clients", running.clients());
    json.time("began", running.began());
    json.text("source", ShownUrl.of(running.source()));
  }

  private static void standing(JsonObject json, Standing standing) {
    json.truth("configured", !standing.upstream().isListed());
    json.numberIfKnown("rank", standing.rank() == 0 ? -1 : standing.rank());
    json.number("failures", standing.failures());
    json.number("strikes", standing.strikes());
    json.time("restsUntil", standing.restsUntil());
    json.text("currency", standing.currency().name().toLowerCase(Locale.ROOT));
    json.number("firstByteMillis", standing.firstByteMillis());
    json.number("bytesPerSecond", standing.bytesPerSecond());
  }

  private static void answer(JsonObject json, RememberedAnswer answer) {
    json.text("method", answer.method());
    json.text("url", ShownUrl.of(answer.uri()));
    json.text("finalUrl", ShownUrl.of(answer.finalUri()));
    json.numberIfKnown("status", answer.status() == 0 ? -1 : answer.status());
    json.text("fault", answer.fault() == null ? null : ShownUrl.inText(answer.fault()));
    json.time("at", answer.at());
    json.number("firstByteMillis", answer.firstByte().toMillis());
  }

  static void repo(JsonObject json, RepoStanding it) {
    json.text("id", it.repo().id());
    json.text("name", it.repo().name());
    json.truth("builtIn", it.builtIn());
    json.texts("variables", it.repo().variables());
    json.texts(
        "baseUrls",
        it.repo().baseUrls().stream().map(BaseUrl::template).map(ShownUrl::of).toList());
    ListUrl list = it.repo().list();
    json.text("listKind", list == null ? null : list.kind());
    json.text("listUrl", list == null ? null : ShownUrl.of(list.template()));
    json.array("upstreams", it.upstreams().stream(), ApiFields::upstream);
    json.array("lists", it.lists().stream(), ApiFields::list);
    json.array("generations", it.folders().stream(), ApiFields::folder);
  }

  /** How the running configuration stands. */
  static void configuration(JsonObject json, Reload.Standing standing) {
    json.time("loadedAt", standing.loadedAt());
    json.texts("waitingForRestart", standing.waitingForRestart());
    json.texts("warnings", standing.warnings());
    json.text("fault", standing.fault());
    json.time("faultAt", standing.faultAt());
  }

  /** How popular a package is. */
  static void popular(JsonObject json, PopularPackage it) {
    json.text("repo", it.what().folder().repo());
    json.text("folder", it.what().folder().path());
    json.text("name", it.what().name());
    json.text("arch", it.what().arch());
    json.decimal("demand", it.demand());
    json.decimal("clients", it.clients());
    json.decimal("uptake", it.uptake());
    json.number("reporting", it.audience().reporting());
    json.decimal("asking", it.audience().asking());
    json.decimal("shareReporting", it.audience().share());
    json.decimal("releasesPerWeek", it.popularity().releasesPerWeek(it.now()));
    json.decimal("updatesPerWeek", it.popularity().updatesPerWeek(it.now()));
    json.decimal("installsPerWeek", it.popularity().installsPerWeek(it.now()));
    json.time("since", it.popularity().since());
    json.time("lastReleased", it.popularity().lastReleased());
    json.time("lastUpdated", it.popularity().lastUpdated());
    json.time("lastAsked", it.popularity().lastAsked());
  }

  /** How learning what clients use is going. */
  static void usage(JsonObject json, UsageStanding it) {
    json.number("clients", it.clients());
    json.number("packages", it.packages());
    json.number("folders", it.folders());
    json.object(
        "reports",
        it,
        (inner, reports) -> {
          inner.number("taken", reports.reportsTaken());
          inner.number("refused", reports.reportsRefused());
          inner.number("lost", reports.reportsLost());
          inner.number("waiting", reports.reportsWaiting());
        });
    json.object(
        "requests",
        it,
        (inner, requests) -> {
          inner.number("learnt", requests.requestsLearnt());
          inner.number("lost", requests.requestsLost());
        });
    json.number("fileBytes", it.fileBytes());
  }

  private static void upstream(JsonObject json, Standing standing) {
    json.text("url", ShownUrl.of(standing.upstream().base().template()));
    standing(json, standing);
  }

  private static void list(JsonObject json, ListStanding list) {
    json.text("url", ShownUrl.of(list.uri()));
    json.time("fetchedAt", list.fetchedAt());
    json.time("timestamp", list.timestamp());
    json.text("fault", list.fault() == null ? null : ShownUrl.inText(list.fault()));
    json.number("mirrorCount", list.mirrors());
    json.array("mirrors", list.best().stream(), ApiFields::upstream);
  }

  private static void folder(JsonObject json, FolderStanding standing) {
    json.text("folder", standing.folder().path());
    json.object(
        "live",
        standing.generations().isEmpty() ? null : standing.generations().get(0),
        ApiFields::kept);
    json.array("kept", standing.generations().stream().skip(1), ApiFields::kept);
    json.truth("assembling", standing.assembling());
    json.text(
        "complaint", standing.complaint() == null ? null : ShownUrl.inText(standing.complaint()));
  }

  private static void kept(JsonObject json, FolderStanding.Kept kept) {
    json.number("generation", kept.number());
    json.text("revision", kept.revision());
    json.number("packages", kept.packages());
    json.time("since", kept.since());
  }
}
