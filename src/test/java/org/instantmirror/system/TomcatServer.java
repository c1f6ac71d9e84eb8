package org.instantmirror.system;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.instantmirror.testing.JavaCommand;

/**
 * A Tomcat with the WAR, untouched, deployed under {@link #CONTEXT}. Its home is used as it was
 * installed; all that is its own, ports included, is in a base of its own.
 */
final class TomcatServer implements AutoCloseable {
  /** The context path, without slashes. */
  static final String CONTEXT = "mirror-app";

  private final WorkDirectory base;
  private final HttpServerProcess process;
  private final Path log;
  private final int stockPort;
  private final int relaxedPort;

  /** The application's name, {@code ROOT} where it has no path. */
  private final String application;

  private TomcatServer(WorkDirectory base, Path home, MirrorFiles files, String application) {
    this.base = base;
    this.application = application;
    this.log = base.path().resolve("tomcat.log");
    this.stockPort = BoundPorts.next();
    this.relaxedPort = BoundPorts.next();
    Command command =
        Command.of("/bin/sh", List.of(home.resolve("bin/catalina.sh").toString(), "run"))
            .with("JAVA_HOME", System.getProperty("java.home"))
            .with("JRE_HOME", System.getProperty("java.home"))
            .with("CATALINA_HOME", home.toString())
            .with("CATALINA_BASE", base.path().toString())
            .with("CATALINA_OPTS", "-Xmx256m " + JavaCommand.NO_PERFORMANCE_DATA)
            .with("INSTANTMIRROR_CONFIG", files.config().toString());
    this.process = new HttpServerProcess("Tomcat", command, stockPort, log);
  }

  /** Starts one and waits until it has deployed the WAR. */
  static TomcatServer start(Path home, MirrorFiles files) {
    return start(home, files, CONTEXT);
  }

  /** The same, with the WAR at the root. */
  static TomcatServer startAsRoot(Path home, MirrorFiles files) {
    return start(home, files, "ROOT");
  }

  private static TomcatServer start(Path home, MirrorFiles files, String application) {
    TomcatServer server =
        new TomcatServer(WorkDirectory.create("tomcat"), home, files, application);
    try {
      server.makeBase(home);
      server.process.start();
      await("Tomcat has started")
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.readString(server.log).contains("Server startup in"));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      String log = server.log();
      server.close();
      throw new IllegalStateException("Tomcat did not start:\n" + log, e);
    }
  }

  private void makeBase(Path home) throws IOException {
    for (String folder : List.of("conf", "logs", "temp", "work", "webapps")) {
      base.folder(folder);
    }
    // A distribution has its sample configuration in conf, Debian's package in etc.
    Path samples = home.resolve(Files.exists(home.resolve("etc/web.xml")) ? "etc" : "conf");
    for (String file : List.of("web.xml", "context.xml", "catalina.properties")) {
      Files.copy(samples.resolve(file), base.path().resolve("conf").resolve(file));
    }
    base.write("conf/server.xml", serverXml());
    Files.copy(MirrorProcess.war(), base.path().resolve("webapps").resolve(application + ".war"));
  }

  /** Two connectors: one with nothing set, and one that takes a raw {@code ^} in a path. */
  private String serverXml() {
    return """
        <Server port="-1">
          <Service name="Catalina">
            <Connector address="127.0.0.1" port="%d"/>
            <Connector address="127.0.0.1" port="%d" relaxedPathChars="^"/>
            <Engine name="Catalina" defaultHost="localhost">
              <Host name="localhost" appBase="webapps" unpackWARs="true" autoDeploy="false"/>
            </Engine>
          </Service>
        </Server>
        """
        .formatted(stockPort, relaxedPort);
  }

  /** The web application's root on the connector with nothing set, ending in a slash. */
  String url() {
    return "http://127.0.0.1:" + stockPort + path();
  }

  /** The same on the connector that takes a raw {@code ^}. */
  String relaxedUrl() {
    return "http://127.0.0.1:" + relaxedPort + path();
  }

  private String path() {
    return application.equals("ROOT") ? "/" : "/" + application + "/";
  }

  /** All that it and the web application logged so far. */
  String log() {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> logs = Files.list(base.folder("logs"))) {
      text.append(Files.exists(log) ? Files.readString(log) : "");
      for (Path each : logs.toList()) {
        text.append(Files.readString(each));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** Stops it and keeps what it logged under {@code target/mirror-logs}, for whoever asks why. */
  @Override
  public void close() {
    process.close();
    try {
      Path logs = Files.createDirectories(MirrorProcess.war().resolveSibling("mirror-logs"));
      Files.writeString(Files.createTempFile(logs, "tomcat-", ".log"), log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    base.close();
  }
}
