package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import org.instantmirror.download.DownloadStanding;
import org.instantmirror.mirror.Downloads;
import org.instantmirror.repo.Repo;

/** {@code GET /api/v1/downloads}: what has begun to be downloaded. */
final class DownloadsServlet extends ApiServlet {

  private static final long serialVersionUID = 1L;
  private static final int USUAL_LIMIT = 100;
  private static final int MOST = 500;

  private final transient Downloads downloads;
  private final transient ReadGate readers;

  DownloadsServlet(Downloads downloads, ReadGate readers) {
    this.downloads = downloads;
    this.readers = readers;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    int limit = number(request, "limit", USUAL_LIMIT, MOST);
    Predicate<Repo> shown = readers.shown(request, response);
    if (shown == null) {
      return;
    }
    List<DownloadStanding> all = downloads.running(shown);
    ApiAnswer.send(
        request,
        response,
        200,
        json -> {
          json.number("count", all.size());
          json.array("downloads", all.stream().limit(limit), QueueFields::download);
        });
  }

  @Override
  void delete(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ApiAnswer.notAllowed(request, response, "GET, HEAD, OPTIONS");
  }
}
