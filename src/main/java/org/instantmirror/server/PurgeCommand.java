package org.instantmirror.server;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.instantmirror.repo.BadPathException;
import org.instantmirror.repo.RequestPath;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code purge}: drops what is stored of a file, a folder or a repository. */
@Command(
    name = "purge",
    description = "Drops a stored file, or all of a folder or repository.",
    mixinStandardHelpOptions = true)
final class PurgeCommand implements Callable<Integer> {

  private static final String MIRROR = "/mirror/";

  @Mixin private final ServerCall server;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "URL|PATH|REPO",
      description = "fedora/40/a.rpm is a file, fedora/40/ a folder, fedora a repository")
  private String target = "";

  PurgeCommand(ServerCall server) {
    this.server = server;
  }

  @Override
  public Integer call() {
    return server.run("DELETE", apiCall(path()), PurgeCommand::print);
  }

  /** Which call drops a path below {@code /mirror/}. */
  static String apiCall(String path) {
    int slash = path.indexOf('/');
    String repo = slash < 0 ? path : path.substring(0, slash);
    String rest = slash < 0 ? "" : path.substring(slash + 1);
    if (!rest.isEmpty() && !rest.endsWith("/")) {
      return "entries/" + RequestPath.encode(path);
    }
    return "repos/"
        + RequestPath.encode(repo)
        + (rest.isEmpty() ? "" : "?path=" + ServerCall.encode(rest));
  }

  private String path() {
    int host = target.indexOf("://");
    int mirror = target.indexOf(MIRROR);
    if (mirror < 0 && (host >= 0 || target.startsWith("/"))) {
      throw wrong("it doesn't lie below " + MIRROR);
    }
    String raw = mirror < 0 ? target : target.substring(mirror + MIRROR.length());
    try {
      return RequestPath.decode(
              "/" + new String(raw.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
          .substring(1);
    } catch (BadPathException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private CommandLine.ParameterException wrong(String why) {
    return new CommandLine.ParameterException(
        spec.commandLine(), "'" + target + "' can't be purged: " + why);
  }

  private static int print(JsonTree answer, byte[] raw, PrintStream out) {
    out.printf("%s files with %s bytes dropped%n", answer.text("files"), answer.text("bytes"));
    String kept = answer.text("kept");
    if (kept != null && !kept.equals("0")) {
      out.printf("%s files could not be deleted; the server's log says why%n", kept);
      return Main.CANT_RUN;
    }
    return 0;
  }
}
