package org.instantmirror.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.instantmirror.mirror.Purge;

/** Takes a purge from whom it may be taken, and says what came of it. */
final class PurgeAnswer {

  private PurgeAnswer() {}

  static void send(
      HttpServletRequest request,
      HttpServletResponse response,
      AdminGate gate,
      Supplier<Purge.Outcome> purge)
      throws IOException {
    Optional<String> refusal = gate.refusal(AdminGate.Caller.of(request));
    if (refusal.isPresent()) {
      ApiAnswer.error(request, response, 403, refusal.get());
      return;
    }
    Purge.Outcome outcome = purge.get();
    if (outcome instanceof Purge.Purged purged) {
      ApiAnswer.send(
          request,
          response,
          200,
          json -> {
            json.number("files", purged.files());
            json.number("bytes", purged.bytes());
            json.number("partials", purged.partials());
            json.number("generations", purged.generations());
            json.number("kept", purged.kept());
          });
    } else if (outcome instanceof Purge.Busy busy) {
      ApiAnswer.error(request, response, 409, busy.why());
    } else {
      ApiAnswer.error(request, response, 404, "nothing is stored there");
    }
  }

  /** Answers 404 to those who may know, and 403 to others. */
  static void refused(
      HttpServletRequest request, HttpServletResponse response, AdminGate gate, String why)
      throws IOException {
    Optional<String> refusal = gate.refusal(AdminGate.Caller.of(request));
    ApiAnswer.error(request, response, refusal.isPresent() ? 403 : 404, refusal.orElse(why));
  }
}
