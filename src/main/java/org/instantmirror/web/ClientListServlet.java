package org.instantmirror.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.instantmirror.mirror.MirrorRequest;
import org.instantmirror.mirror.RepomdVersions;
import org.instantmirror.mirror.RepomdVersions.Outcome;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;

/**
 * {@code /mirrorlist/<repo>} and {@code /metalink/<repo>}: this mirror first, then upstream's. Both
 * look at {@code repomd.xml} as its client would: a metalink tells its checksum, and after that it
 * is known which mirrors there are. A client is suspended meanwhile.
 */
final class ClientListServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final String OUTCOME = Outcome.class.getName();

  private final ListUrl.Kind kind;
  private final transient ClientLists lists;
  private final transient RepomdVersions versions;
  private final transient ReadGate gate;
  private final transient ServerUrl server;

  ClientListServlet(
      ListUrl.Kind kind,
      ClientLists lists,
      RepomdVersions versions,
      ReadGate gate,
      ServerUrl server) {
    this.kind = kind;
    this.lists = lists;
    this.versions = versions;
    this.gate = gate;
    this.server = server;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    String info = request.getPathInfo();
    Optional<Repo> repo = lists.repo(info == null ? "" : info.substring(1));
    if (repo.isEmpty()) {
      PlainAnswer.send(
          request,
          response,
          404,
          "There is no repository of that name; /repos/ lists those there are.");
      return;
    }
    if (!gate.admits(request, response, repo.get())) {
      return;
    }
    try {
      answer(request, response, repo.get(), ClientLists.folder(repo.get(), request));
    } catch (IllegalArgumentException wrong) {
      PlainAnswer.send(
          request, response, 400, "Refused: " + wrong.getMessage() + ". " + usage(repo.get()));
    }
  }

  private String usage(Repo repo) {
    return "A client's file says " + kind + "=" + RepoFile.listUrl("…/", repo, kind);
  }

  private void answer(
      HttpServletRequest request, HttpServletResponse response, Repo repo, String folder)
      throws IOException {
    if (request.getAttribute(OUTCOME) instanceof Outcome known) {
      send(request, response, repo, folder, known);
      return;
    }
    // Before anything is waited for: it may refuse the request.
    String unusedUrl = server.of(request);
    Optional<MirrorRequest> repomd = lists.repomd(repo, folder, request);
    CompletableFuture<Outcome> outcome =
        repomd
            .map(versions::of)
            .orElseGet(() -> CompletableFuture.completedFuture(new Outcome.Missing()));
    if (outcome.isDone()) {
      send(request, response, repo, folder, outcome.join());
      return;
    }
    AsyncContext async = request.startAsync();
    // The outcome comes in time.
    async.setTimeout(0);
    var unused =
        outcome.thenAccept(
            known -> {
              try {
                async.getRequest().setAttribute(OUTCOME, known);
                async.dispatch();
              } catch (IllegalStateException gone) {
                // The client has left.
              }
            });
  }

  private void send(
      HttpServletRequest request,
      HttpServletResponse response,
      Repo repo,
      String folder,
      Outcome outcome)
      throws IOException {
    if (outcome instanceof Outcome.Missing) {
      PlainAnswer.send(request, response, 404, "There is no repodata/repomd.xml in that folder.");
    } else if (kind == ListUrl.Kind.MIRRORLIST) {
      // Whether its repomd.xml can be had now or not: the list says where to look.
      PlainAnswer.send(
          request,
          response,
          "text/plain;charset=UTF-8",
          lists.mirrorlist(server.of(request), repo, folder));
    } else if (outcome instanceof Outcome.Known known) {
      PlainAnswer.send(
          request,
          response,
          "application/metalink+xml",
          lists.metalink(server.of(request), repo, folder, known));
    } else if (outcome instanceof Outcome.Unavailable unavailable) {
      PlainAnswer.send(request, response, unavailable.status(), unavailable.message());
    }
  }
}
