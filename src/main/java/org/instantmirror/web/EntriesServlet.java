package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Iterator;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.instantmirror.mirror.Overview;
import org.instantmirror.mirror.Purge;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.StoredEntry;

/** {@code GET /api/v1/entries}: what is stored. {@code DELETE …/<repo>/<path>} drops one file. */
final class EntriesServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;
  private static final int USUAL_LIMIT = 100;

  /** A page of so many fits the send buffer of a connection, so that no thread waits for it. */
  private static final int MOST = 500;

  private final transient Supplier<PathMeaning.Reader> paths;
  private final transient Overview overview;
  private final transient Purge purge;
  private final transient AdminGate gate;
  private final transient ReadGate readers;

  EntriesServlet(
      Supplier<PathMeaning.Reader> paths,
      Overview overview,
      Purge purge,
      AdminGate gate,
      ReadGate readers) {
    this.readers = readers;
    this.paths = paths;
    this.overview = overview;
    this.purge = purge;
    this.gate = gate;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (!rest(request).isEmpty()) {
      super.get(request, response);
      return;
    }
    String id =
        parameter(request, "repo")
            .orElseThrow(() -> new IllegalArgumentException("the parameter repo is missing"));
    Predicate<Repo> shown = readers.shown(request, response);
    if (shown == null) {
      return;
    }
    if (paths.get().repo(id).filter(shown).isEmpty()) {
      ApiAnswer.error(request, response, 404, "there is no repository '" + id + "'");
      return;
    }
    int limit = number(request, "limit", USUAL_LIMIT, MOST);
    Iterator<StoredEntry> entries =
        overview
            .entries(
                new RepoId(id),
                parameter(request, "prefix").orElse(""),
                parameter(request, "after").orElse(null))
            .iterator();
    ApiAnswer.head(response, 200);
    if (request.getMethod().equals("HEAD")) {
      return;
    }
    RequestRecord record = RequestRecord.of(request);
    CountedStream out = new CountedStream(response.getOutputStream());
    JsonObject.write(
        out,
        json -> {
          Page page = new Page(entries, limit);
          json.array("entries", page.stream(), ApiFields::entry);
          json.text("next", entries.hasNext() ? page.last : null);
        });
    record.sent(out.bytes());
  }

  /** So many of them, one at a time. */
  private static final class Page implements Iterator<StoredEntry> {
    private final Iterator<StoredEntry> all;
    private int left;
    private @org.jspecify.annotations.Nullable String last;

    Page(Iterator<StoredEntry> all, int left) {
      this.all = all;
      this.left = left;
    }

    Stream<StoredEntry> stream() {
      Iterable<StoredEntry> these = () -> this;
      return StreamSupport.stream(these.spliterator(), false);
    }

    @Override
    public boolean hasNext() {
      return left > 0 && all.hasNext();
    }

    @Override
    public StoredEntry next() {
      StoredEntry entry = all.next();
      left--;
      last = entry.key().path();
      return entry;
    }
  }

  @Override
  void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String rest = rest(request);
    int slash = rest.indexOf('/');
    if (slash <= 0 || slash == rest.length() - 1 || rest.endsWith("/")) {
      throw new IllegalArgumentException(
          "a file is named as in /api/v1/entries/<repo>/<path>;"
              + " /api/v1/repos/<repo>?path=<folder> drops a folder");
    }
    String id = rest.substring(0, slash);
    if (paths.get().repo(id).isEmpty()) {
      PurgeAnswer.refused(request, response, gate, "there is no repository '" + id + "'");
      return;
    }
    EntryKey key = new EntryKey(new RepoId(id), rest.substring(slash + 1));
    PurgeAnswer.send(request, response, gate, () -> purge.entry(key));
  }
}
