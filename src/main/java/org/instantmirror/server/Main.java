package org.instantmirror.server;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ConfigException;
import org.instantmirror.repo.ConfigReader;
import org.instantmirror.repo.ConfigSources;
import org.instantmirror.upstream.ProductVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line. */
@Command(
    name = "instantmirror",
    description = "A mirror of yum/dnf repositories that fills itself.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main implements Callable<Integer> {

  /** Exit status for a wrong configuration or command line. */
  static final int BAD_CONFIGURATION = 2;

  /** Exit status if the server can't run: port taken, cache directory in use. */
  static final int CANT_RUN = 1;

  @Option(names = "--config", paramLabel = "FILE", description = "instantmirror.conf")
  private @Nullable Path config;

  @Option(names = "--address", paramLabel = "A", description = "listen there only")
  private @Nullable String address;

  @Option(names = "--port", paramLabel = "N", description = "8080 by default; 0: a free one")
  private @Nullable Integer port;

  @Option(
      names = "--proxy-port",
      paramLabel = "N",
      description = "also a forward proxy there; 0: a free port")
  private @Nullable Integer proxyPort;

  @Option(names = "--cachedir", paramLabel = "DIR", description = "where the tree lies")
  private @Nullable Path cacheDir;

  @Option(names = "--reposdir", paramLabel = "DIR", description = "where .repo files lie")
  private @Nullable Path reposDir;

  /** Exit status if there is nothing to purge. */
  static final int NOTHING_THERE = 3;

  /** Exit status if the server doesn't take the call. */
  static final int REFUSED = 4;

  private final PrintStream out;
  private final PrintStream err;

  Main(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Runs the mirror until it is told to stop. */
  public static void main(String[] args) {
    int status = commandLine(new Main(System.out, System.err)).execute(args);
    if (status != 0) {
      System.exit(status);
    }
  }

  static CommandLine commandLine(Main main) {
    CommandLine line = new CommandLine(main);
    line.addSubcommand("serve", new Serve(main));
    line.addSubcommand("explain", new ExplainCommand(new ServerCall(main, main.out, main.err)));
    line.addSubcommand("purge", new PurgeCommand(new ServerCall(main, main.out, main.err)));
    line.addSubcommand("warm", new WarmCommand(new ServerCall(main, main.out, main.err)));
    line.addSubcommand("evict", new EvictCommand(new ServerCall(main, main.out, main.err)));
    line.addSubcommand("check-config", new CheckConfigCommand(main, main.out, main.err));
    line.setParameterExceptionHandler(Main::usage);
    return line;
  }

  /** Also where there is a suggestion, in whose favour picocli would leave the usage out. */
  private static int usage(CommandLine.ParameterException wrong, String[] arguments) {
    PrintWriter err = wrong.getCommandLine().getErr();
    err.println(wrong.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
    wrong.getCommandLine().usage(err);
    return BAD_CONFIGURATION;
  }

  /** The default subcommand, by its name; its options stand before or behind it. */
  @Command(name = "serve", description = "Runs the mirror (the default).")
  static final class Serve implements Callable<Integer> {
    @CommandLine.Mixin private final Main main;

    Serve(Main main) {
      this.main = main;
    }

    @Override
    public Integer call() {
      return main.call();
    }
  }

  @Override
  public Integer call() {
    try {
      serve();
      return 0;
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return BAD_CONFIGURATION;
    } catch (IOException e) {
      err.println("instantmirror: " + e.getMessage());
      return CANT_RUN;
    }
  }

  private void serve() throws ConfigException, IOException {
    // Tomcat logs by java.util.logging.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    Engine engine = new Engine(sources(null, null), Clock.systemUTC());
    EmbeddedServer server;
    try {
      server = EmbeddedServer.start(engine);
    } catch (IOException e) {
      engine.close();
      throw e;
    }
    HangUp.runs(
        () -> {
          engine.reload().run("SIGHUP");
          server.renew();
        });
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  stopped.countDown();
                },
                "shutdown"));
    out.println("InstantMirror ready at " + String.join(" and ", server.urls()));
    out.flush();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The configuration.
   *
   * @param other a file in place of the one that the options name, or null
   * @param otherRepos a folder likewise
   */
  Config read(@Nullable Path other, @Nullable Path otherRepos) throws ConfigException {
    return ConfigReader.read(sources(other, otherRepos));
  }

  private ConfigSources sources(@Nullable Path other, @Nullable Path otherRepos) {
    Path file = other == null ? config : other;
    return new ConfigSources(
        file == null ? ConfigSources.DEFAULT_CONFIG_FILE : file,
        file != null,
        new ConfigSources.Overrides(
            address, port, proxyPort, cacheDir, otherRepos == null ? reposDir : otherRepos),
        ConfigSources.DEFAULT_CACHE_DIR);
  }

  /** What {@code --version} prints. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {ProductVersion.userAgent()};
    }
  }
}
