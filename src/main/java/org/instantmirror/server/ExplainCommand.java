package org.instantmirror.server;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}: what a request for a path would meet. */
@Command(
    name = "explain",
    description = "Says what is stored of a path and what a request for it would meet.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {

  @Mixin private final ServerCall server;

  @Option(names = "--json", description = "as the server says it")
  private boolean json;

  @Parameters(
      paramLabel = "URL|PATH",
      description = "such as fedora/40/x86_64/repodata/repomd.xml, or an upstream's URL")
  private String target = "";

  ExplainCommand(ServerCall server) {
    this.server = server;
  }

  @Override
  public Integer call() {
    return server.run("GET", "explain?url=" + ServerCall.encode(target), this::print);
  }

  private int print(JsonTree answer, byte[] raw, PrintStream out) {
    if (json) {
      out.write(raw, 0, raw.length);
      out.flush();
    } else {
      ExplanationText.lines(answer).forEach(out::println);
    }
    return 0;
  }
}
