package org.instantmirror.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code /client/}: the package by which a client tells us what it has, switched on for this
 * server, and the repository that it is upgraded from. Made when it is asked for.
 */
final class ClientPackageServlet extends HttpServlet {

  static final String ROOT = "/client/";

  private static final long serialVersionUID = 1L;

  /** The name without a version, for an administrator to type. */
  private static final String NEWEST = "/" + ClientRpm.NAME + ".rpm";

  private static final String REPO_FILE = "/" + ClientRpm.NAME + ".repo";

  /**
   * How many are kept: a server has few names. Anybody can send another Host, which costs some
   * milliseconds, one at a time.
   */
  private static final int MOST = 8;

  private final transient ServerUrl server;
  private final transient ClientRpm rpm = new ClientRpm(ClientFiles.load());

  /** By the server's URL, the one used last at the end; guarded by itself. */
  private final transient Map<String, ClientRepository> made = new LinkedHashMap<>(16, 0.75f, true);

  ClientPackageServlet(ServerUrl server) {
    this.server = server;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = request.getPathInfo();
    if (path == null) {
      response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
      response.setHeader("Location", "client/");
      return;
    }
    String base;
    try {
      base = server.of(request);
    } catch (IllegalArgumentException wrong) {
      PlainAnswer.send(request, response, 400, "Refused: " + wrong.getMessage() + ".");
      return;
    }
    if (path.equals("/")) {
      PlainAnswer.send(request, response, "text/plain;charset=UTF-8", page(base));
    } else if (path.equals(REPO_FILE)) {
      PlainAnswer.send(request, response, "text/plain;charset=UTF-8", repoFile(base));
    } else {
      file(request, response, base, path.equals(NEWEST) ? rpm.fileName() : path.substring(1));
    }
  }

  private void file(
      HttpServletRequest request, HttpServletResponse response, String base, String name)
      throws IOException {
    byte[] content = repository(base).file(name);
    if (content == null) {
      PlainAnswer.send(
          request, response, 404, "There is no such file; /client/ says what there is.");
      return;
    }
    PlainAnswer.send(request, response, MediaTypes.of(null, name), content);
  }

  private ClientRepository repository(String base) throws IOException {
    synchronized (made) {
      ClientRepository known = made.get(base);
      if (known == null) {
        known = ClientRepository.of(rpm, base);
        made.put(base, known);
        if (made.size() > MOST) {
          made.remove(made.keySet().iterator().next());
        }
      }
      return known;
    }
  }

  private static String page(String base) {
    return """
    The client tells this mirror which of its packages a machine has, so that updates are here before they are asked for.
    On a machine with dnf:

        dnf install %1$sclient/instantmirror-client.rpm

    For its own updates, too:

        curl -fsS -o /etc/yum.repos.d/instantmirror-client.repo %1$sclient/instantmirror-client.repo

    "instantmirror-client preview" prints what is told, word for word, before it is.
    """
        .formatted(base);
  }

  /** The package has no signature: it is made here, with this server's name in it. */
  private static String repoFile(String base) {
    return """
    [%2$s]
    name=What this machine tells its mirror
    baseurl=%1$sclient/
    enabled=1
    gpgcheck=0
    repo_gpgcheck=0
    """
        .formatted(base, ClientRpm.NAME);
  }
}
