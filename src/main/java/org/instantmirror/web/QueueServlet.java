package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import org.instantmirror.download.QueueLengths;
import org.instantmirror.download.QueueStanding;
import org.instantmirror.mirror.Downloads;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.upstream.Lines;

/**
 * {@code GET /api/v1/queue}: what waits for a place, and the limits in force. {@code DELETE
 * …/<repo>/<path>} takes back what was to be fetched ahead.
 */
final class QueueServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;
  private static final int USUAL_LIMIT = 100;
  private static final int MOST = 500;
  private static final int MOST_SKIPPED = 1_000_000;

  private final transient Downloads downloads;
  private final transient Lines lines;
  private final transient AdminGate gate;
  private final transient ReadGate readers;

  QueueServlet(Downloads downloads, Lines lines, AdminGate gate, ReadGate readers) {
    this.downloads = downloads;
    this.lines = lines;
    this.gate = gate;
    this.readers = readers;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    int limit = number(request, "limit", USUAL_LIMIT, MOST);
    int from = number(request, "from", 1, MOST_SKIPPED);
    Predicate<Repo> shown = readers.shown(request, response);
    if (shown == null) {
      return;
    }
    // One more than is shown, to know whether there is one.
    List<QueueStanding> page = downloads.waiting(shown, from - 1, limit + 1);
    QueueLengths lengths = downloads.lengths();
    boolean admin = gate.refusal(AdminGate.Caller.of(request)).isEmpty();
    ApiAnswer.send(
        request,
        response,
        200,
        json -> {
          json.array("waiting", page.stream().limit(limit), QueueFields::waiting);
          json.numberIfKnown("next", page.size() > limit ? from + limit : -1);
          if (admin) {
            // Of all repositories, and hosts that not everybody may know.
            json.number("interactive", lengths.interactive());
            json.number("ahead", lengths.ahead());
            json.array("limits", lines.inForce().stream(), QueueFields::limit);
          }
        });
  }

  @Override
  void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String rest = rest(request);
    int slash = rest.indexOf('/');
    if (slash <= 0 || slash == rest.length() - 1 || rest.endsWith("/")) {
      throw new IllegalArgumentException("a file is named as in /api/v1/queue/<repo>/<path>");
    }
    EntryKey key = new EntryKey(new RepoId(rest.substring(0, slash)), rest.substring(slash + 1));
    String why = "nothing is to be fetched ahead under that name, or it has begun";
    if (gate.refusal(AdminGate.Caller.of(request)).isPresent() || !downloads.withdraw(key)) {
      PurgeAnswer.refused(request, response, gate, why);
      return;
    }
    ApiAnswer.send(request, response, 200, json -> json.text("withdrawn", key));
  }
}
