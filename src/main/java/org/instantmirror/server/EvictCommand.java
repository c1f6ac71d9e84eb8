package org.instantmirror.server;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evict}: frees room now, or explains what would go. */
@Command(
    name = "evict",
    description = "Frees room in the cache now; with --dry-run says what would go, and why.",
    mixinStandardHelpOptions = true)
final class EvictCommand implements Callable<Integer> {

  @Mixin private final ServerCall server;

  @Option(names = "--dry-run", description = "say it, and delete nothing")
  private boolean dryRun;

  @Option(
      names = "--bytes",
      paramLabel = "SIZE",
      description = "how much, 10G for instance; by default what cache_size and min_free demand")
  private @Nullable String bytes;

  @Option(names = "--repo", paramLabel = "ID", description = "of that repository only")
  private @Nullable String repo;

  @Option(
      names = "--review",
      description = "look at all files first: what came or went by hand, what may go by now")
  private boolean review;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "how many files --dry-run lists; 1000 by default")
  private int limit = 1000;

  EvictCommand(ServerCall server) {
    this.server = server;
  }

  @Override
  public Integer call() {
    List<String> query = new ArrayList<>();
    if (bytes != null) {
      query.add("bytes=" + ServerCall.encode(bytes));
    }
    if (repo != null) {
      query.add("repo=" + ServerCall.encode(repo));
    }
    if (review) {
      query.add("review=true");
    }
    if (dryRun) {
      query.add("limit=" + limit);
    }
    String call = "eviction" + (query.isEmpty() ? "" : "?" + String.join("&", query));
    return dryRun
        ? server.run("GET", call, EvictCommand::explain)
        : server.run("POST", call, EvictCommand::print);
  }

  private static int print(JsonTree answer, byte[] raw, PrintStream out) {
    out.printf("%s files with %s bytes have gone%n", answer.text("files"), answer.text("bytes"));
    if (!answer.isTrue("enough")) {
      out.println("that is less than had to: nothing more may go");
      return Main.CANT_RUN;
    }
    return 0;
  }

  private static int explain(JsonTree answer, byte[] raw, PrintStream out) {
    JsonTree plan = answer.object("plan");
    if (plan == null) {
      out.println("what would go is told to admin_clients only");
      return Main.REFUSED;
    }
    for (JsonTree choice : plan.objects("choices")) {
      out.println(line(choice));
    }
    out.printf(
        "%s bytes would go%s%n",
        plan.text("bytes"),
        plan.isTrue("truncated")
            ? ", and more than is listed; see --limit"
            : plan.isTrue("enough") ? "" : ", which is less than has to");
    return 0;
  }

  private static String line(JsonTree choice) {
    return String.format(
        Locale.ROOT,
        "%s %s/%s: %s bytes, score %s (%s requests a week expected), last asked for %s: %s",
        choice.isTrue("goes") ? "goes " : "stays",
        choice.text("repo"),
        choice.text("path"),
        choice.text("size"),
        rounded(choice.text("score")),
        rounded(choice.text("expected")),
        choice.text("usedAt") == null ? "never" : choice.text("usedAt"),
        choice.text("why"));
  }

  private static String rounded(@Nullable String number) {
    return number == null ? "?" : String.format(Locale.ROOT, "%.3g", Double.parseDouble(number));
  }
}
