package org.instantmirror.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code warm}: has a list of packages fetched before clients ask. */
@Command(
    name = "warm",
    description = "Has packages fetched before clients ask for them, with what they need.",
    mixinStandardHelpOptions = true)
final class WarmCommand implements Callable<Integer> {

  private static final int NAMED = 20;

  @Mixin private final ServerCall server;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--repo",
      paramLabel = "REPO[/PATH]",
      required = true,
      description = "where from, such as fedora/42/x86_64; may be given several times")
  private List<String> repos = List.of();

  @Option(names = "--kickstart", paramLabel = "FILE", description = "the %%packages of a kickstart")
  private @Nullable Path kickstart;

  @Option(names = "--installed", paramLabel = "FILE", description = "what rpm -qa says")
  private @Nullable Path installed;

  @Option(
      names = "--lock",
      paramLabel = "FILE",
      description = "name-version-release.arch a line, as of dnf's versionlock")
  private @Nullable Path lock;

  @Option(names = "--no-dependencies", description = "only what is named")
  private boolean alone;

  @Option(names = "--no-wait", description = "ends when it is known what is to be fetched")
  private boolean noWait;

  @Option(names = "--json", description = "as the server says it")
  private boolean json;

  @Parameters(
      paramLabel = "NAME|@GROUP",
      arity = "0..*",
      description = "names, name.arch, patterns and groups; - stands for standard input")
  private List<String> names = List.of();

  private @Nullable String id;
  private boolean ended;

  WarmCommand(ServerCall server) {
    this.server = server;
  }

  @Override
  public Integer call() {
    String kind = "names";
    Path file = null;
    int lists = names.isEmpty() ? 0 : 1;
    for (Object[] each :
        new Object[][] {{"kickstart", kickstart}, {"installed", installed}, {"lock", lock}}) {
      if (each[1] != null) {
        kind = (String) each[0];
        file = (Path) each[1];
        lists++;
      }
    }
    if (lists != 1) {
      throw wrong("name packages, or give one of --kickstart, --installed and --lock");
    }
    byte[] body;
    try {
      body = body(file);
    } catch (IOException e) {
      throw wrong("the list can't be read: " + e);
    }
    String query =
        repos.stream()
            .map(repo -> "repo=" + ServerCall.encode(repo))
            .collect(Collectors.joining("&"));
    String call = "warm?" + query + "&kind=" + kind + "&dependencies=" + (alone ? "no" : "yes");
    int status = server.run("POST", call, body, this::take);
    while (status == 0 && !noWait && !ended && id != null && pause()) {
      status = server.run("GET", "warm/" + id, this::take);
    }
    return status;
  }

  private byte[] body(@Nullable Path file) throws IOException {
    if (file != null && !file.toString().equals("-")) {
      return Files.readAllBytes(file);
    }
    if (file != null || names.equals(List.of("-"))) {
      return System.in.readAllBytes();
    }
    return String.join("\n", names).getBytes(StandardCharsets.UTF_8);
  }

  private static boolean pause() {
    try {
      TimeUnit.SECONDS.sleep(1);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private CommandLine.ParameterException wrong(String why) {
    return new CommandLine.ParameterException(spec.commandLine(), why);
  }

  private int take(JsonTree answer, byte[] raw, PrintStream out) {
    boolean first = id == null;
    id = answer.text("id");
    String state = String.valueOf(answer.text("state"));
    ended = state.equals("done") || state.equals("failed");
    if (state.equals("failed")) {
      out.println("nothing is fetched: " + answer.text("fault"));
      return Main.CANT_RUN;
    }
    if (json && (ended || noWait)) {
      out.write(raw, 0, raw.length);
      out.flush();
    } else if (!json && first) {
      plan(answer, out);
    }
    boolean failed = ended && !"0".equals(answer.text("failed"));
    if (!json && ended) {
      out.printf(
          "%s packages with %s bytes fetched, %s failed%n",
          answer.text("fetched"), answer.text("fetchedBytes"), answer.text("failed"));
    }
    if (failed) {
      return Main.CANT_RUN;
    }
    return ended && !"0".equals(answer.text("notFoundCount")) ? Main.NOTHING_THERE : 0;
  }

  private static void plan(JsonTree answer, PrintStream out) {
    out.printf(
        "warm %s: %s packages with %s bytes to fetch, %s are here%n",
        answer.text("id"),
        answer.text("toFetch"),
        answer.text("bytesToFetch"),
        answer.text("here"));
    some(answer.texts("notFound"), answer.text("notFoundCount"), "not found", out);
    some(answer.texts("unsatisfied"), answer.text("unsatisfiedCount"), "provided by none", out);
  }

  private static void some(List<String> all, @Nullable String count, String what, PrintStream out) {
    if (!all.isEmpty()) {
      String more = all.size() > NAMED ? " and more, " + count + " in all" : "";
      out.println(
          what + ": " + String.join(", ", all.subList(0, Math.min(NAMED, all.size()))) + more);
    }
  }
}
