package org.instantmirror.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.instantmirror.mirror.Reload;
import org.instantmirror.repo.Access;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ConfigException;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.ShownUrl;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code check-config}: reads the configuration as the server would, and starts nothing. */
@Command(
    name = "check-config",
    description = "Says what the server would make of its configuration; starts nothing.",
    mixinStandardHelpOptions = true)
final class CheckConfigCommand implements Callable<Integer> {

  @Option(names = "--config", paramLabel = "FILE", description = "instantmirror.conf")
  private @Nullable Path config;

  @Option(names = "--reposdir", paramLabel = "DIR", description = "where .repo files lie")
  private @Nullable Path reposDir;

  private final Main main;
  private final PrintStream out;
  private final PrintStream err;

  CheckConfigCommand(Main main, PrintStream out, PrintStream err) {
    this.main = main;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() {
    Config read;
    try {
      read = main.read(config, reposDir);
      var unused = Reload.check(read);
      if (read.usersFile() != null) {
        UsersRealm.check(read.usersFile());
      }
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return Main.BAD_CONFIGURATION;
    } catch (IOException e) {
      err.println("instantmirror: " + e.getMessage());
      return Main.BAD_CONFIGURATION;
    }
    EmbeddedServer.warning(read).ifPresent(warning -> err.println("warning: " + warning));
    read.warnings().forEach(warning -> err.println("warning: " + warning));
    out.println("cachedir " + read.cacheDir());
    for (Repo repo : read.repos().values()) {
      if (!read.profiles().contains(repo.id())) {
        out.println(line(repo));
      }
    }
    out.println(
        (read.repos().size() - read.profiles().size())
            + " repositories, "
            + read.profiles().size()
            + " built-in ones");
    return 0;
  }

  /** The repository with where its files come from and who may read it, in one line. */
  private static String line(Repo repo) {
    StringBuilder line = new StringBuilder(repo.id().value());
    repo.variables().forEach(name -> line.append("/$").append(name));
    for (BaseUrl base : repo.baseUrls()) {
      line.append(' ').append(ShownUrl.of(base.template()));
    }
    if (repo.list() != null) {
      line.append(' ').append(repo.list().kind()).append(' ');
      line.append(ShownUrl.of(repo.list().template()));
    }
    return line.append(readers(repo.access())).toString();
  }

  private static String readers(Access access) {
    List<String> who = new ArrayList<>();
    if (access.allow() != null) {
      String ranges = String.join(" ", access.allow().stream().map(String::valueOf).toList());
      who.add("from " + (ranges.isEmpty() ? "nowhere" : ranges));
    }
    access.users().stream().sorted().forEach(user -> who.add("user " + user));
    access.roles().stream().sorted().forEach(role -> who.add("role " + role));
    return who.isEmpty() ? "" : " (" + String.join(", ", who) + ")";
  }
}
