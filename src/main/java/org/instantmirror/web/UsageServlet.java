package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.instantmirror.repo.UsageSettings;
import org.instantmirror.usage.Report;
import org.instantmirror.usage.Usage;

/**
 * {@code POST /api/v1/usage}: a client reports what it uses. {@code GET}: how learning is going. A
 * report's body is read without holding a thread, and it is learnt after the answer.
 */
final class UsageServlet extends ApiServlet {

  /** In the form in which it is sent: a client of 2,000 packages sends 30 kB. */
  static final int MOST_BYTES = 1 << 20;

  private static final long serialVersionUID = 1L;
  private static final int MOST_AT_ONCE = 64;

  /** A client gives up after two seconds, and a container by itself mostly after twenty. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration WHILE_BUSY = Duration.ofMinutes(5);
  private static final Duration WHILE_FULL = Duration.ofHours(12);

  private final transient Usage usage;
  private final transient Supplier<UsageSettings> settings;
  private final transient ReportedFolders folders;
  private final transient Clock clock;
  private final transient Semaphore uploads = new Semaphore(MOST_AT_ONCE);
  private final transient ReportLimits limits = new ReportLimits();

  UsageServlet(
      Usage usage, Supplier<UsageSettings> settings, ReportedFolders folders, Clock clock) {
    this.usage = usage;
    this.settings = settings;
    this.folders = folders;
    this.clock = clock;
  }

  @Override
  void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
    ApiAnswer.send(
        request,
        response,
        200,
        json -> {
          json.truth("learns", settings.get().learns());
          ApiFields.usage(json, usage.standing());
        });
  }

  @Override
  void post(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String address = request.getRemoteAddr();
    if (!settings.get().learns()) {
      refuse(request, response, 403, "this server takes no reports (usage = no)");
    } else if (!settings.get().mayReport(address)) {
      refuse(request, response, 403, "reports are taken from usage_clients only");
    } else if (!isJson(request.getContentType())) {
      refuse(request, response, 415, "Content-Type must be application/json");
    } else if (!Upload.isCoding(request.getHeader("Content-Encoding"))) {
      response.setHeader("Accept-Encoding", "gzip");
      refuse(request, response, 415, "Content-Encoding must be gzip, or none");
    } else if (request.getContentLengthLong() > MOST_BYTES) {
      refuse(request, response, 413, "a report may be " + MOST_BYTES + " bytes long");
    } else {
      Duration wait = limits.takeOf(address, clock.instant());
      if (!wait.isZero()) {
        later(request, response, 429, wait, "too many reports come from this address");
      } else if (!uploads.tryAcquire()) {
        later(request, response, 503, WHILE_BUSY, "too many reports come at once");
      } else {
        Upload.begin(request, response, this::learn, uploads::release, PATIENCE);
      }
    }
  }

  private static boolean isJson(@org.jspecify.annotations.Nullable String contentType) {
    String type = contentType == null ? "" : contentType.split(";", 2)[0];
    return type.strip().toLowerCase(Locale.ROOT).equals("application/json");
  }

  /** The body is here. */
  private void learn(HttpServletRequest request, HttpServletResponse response, Upload.Content body)
      throws IOException {
    Instant now = clock.instant();
    Report report;
    try {
      report = ReportReader.read(body.open(), folders::of, now);
    } catch (Upload.TooLargeException e) {
      refuse(request, response, 413, String.valueOf(e.getMessage()));
      return;
    } catch (IOException | IllegalArgumentException e) {
      refuse(request, response, 400, String.valueOf(e.getMessage()));
      return;
    }
    String client = report.client();
    Duration wait = limits.takeOf(client, usage.knows(client), request.getRemoteAddr(), now);
    if (!wait.isZero()) {
      later(request, response, 429, wait, "client: it, or others at its address, report too often");
      return;
    }
    switch (usage.take(report)) {
      case TAKEN -> taken(request, response, false);
      case TAKEN_IN_PART -> taken(request, response, true);
      case BUSY ->
          later(request, response, 503, WHILE_BUSY, "reports can't be learnt at the moment");
      case FULL -> later(request, response, 503, WHILE_FULL, "too many clients are known");
    }
  }

  private static void taken(
      HttpServletRequest request, HttpServletResponse response, boolean wantsInstalled)
      throws IOException {
    ApiAnswer.send(request, response, 202, json -> json.truth("installedWanted", wantsInstalled));
  }

  private void later(
      HttpServletRequest request,
      HttpServletResponse response,
      int status,
      Duration wait,
      String sentence)
      throws IOException {
    response.setHeader("Retry-After", String.valueOf(wait.plusMillis(999).toSeconds()));
    refuse(request, response, status, sentence);
  }

  private void refuse(
      HttpServletRequest request, HttpServletResponse response, int status, String sentence)
      throws IOException {
    usage.refused();
    ApiAnswer.error(request, response, status, sentence);
  }
}
