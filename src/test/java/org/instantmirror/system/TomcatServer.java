package org.instantmirror.system;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.instantmirror.testing.JavaCommand;
import org.jspecify.annotations.Nullable;

/**
 * A Tomcat with the WAR, untouched, deployed under {@link #CONTEXT} or as {@code
 * conf/tomcat/instantmirror.xml} says. Its home is used as it was installed; all that is its own,
 * ports included, is in a base of its own.
 */
final class TomcatServer implements AutoCloseable {
  /** The context path, without slashes. */
  static final String CONTEXT = "mirror-app";

  private final WorkDirectory base;
  private final Command command;
  private final HttpServerProcess process;
  private final Path log;
  private final int stockPort;
  private final int relaxedPort;

  private TomcatServer(WorkDirectory base, Path home) {
    this(base, home, null);
  }

  private TomcatServer(WorkDirectory base, Path home, @Nullable Path settings) {
    this.base = base;
    this.log = base.path().resolve("tomcat.log");
    this.stockPort = BoundPorts.next();
    this.relaxedPort = BoundPorts.next();
    String run = home.resolve("bin/catalina.sh") + " run";
    this.command =
        (settings == null
                ? Command.of("/bin/sh", List.of("-c", "exec " + run))
                : Command.of(
                    Program.UNSHARE,
                    "-m",
                    "/bin/sh",
                    "-c",
                    inPlaceOfSettings(base.path(), settings) + "exec " + run))
            .with("JAVA_HOME", System.getProperty("java.home"))
            .with("JRE_HOME", System.getProperty("java.home"))
            .with("CATALINA_HOME", home.toString())
            .with("CATALINA_BASE", base.path().toString())
            .with("CATALINA_OPTS", "-Xmx256m " + JavaCommand.NO_PERFORMANCE_DATA);
    this.process = new HttpServerProcess("Tomcat", command, stockPort, log);
  }

  /** Starts one whose environment names the configuration; waits until it has the WAR deployed. */
  static TomcatServer start(Path home, MirrorFiles files) {
    TomcatServer server = new TomcatServer(WorkDirectory.create("tomcat"), home);
    server.command.with("INSTANTMIRROR_CONFIG", files.config().toString());
    return server.started(
        home,
        () ->
            Files.copy(
                MirrorProcess.war(),
                server.base.path().resolve("webapps").resolve(CONTEXT + ".war")));
  }

  /**
   * Starts one with the WAR under several paths, each with a context parameter that names its
   * configuration.
   *
   * @param contexts by the name of their file, as {@code ROOT} or {@code mirrors#yum}
   */
  static TomcatServer start(Path home, Map<String, MirrorFiles> contexts) {
    TomcatServer server = new TomcatServer(WorkDirectory.create("tomcat"), home);
    return server.started(
        home,
        () ->
            contexts.forEach(
                (name, files) ->
                    server.base.write(
                        "conf/Catalina/localhost/" + name + ".xml",
                        Recipe.read("conf/tomcat/instantmirror.xml")
                            .with(
                                "/usr/share/instantmirror/instantmirror.war",
                                MirrorProcess.war().toAbsolutePath())
                            .with("/etc/instantmirror/instantmirror.conf", files.config())
                            .text())));
  }

  /**
   * Starts one to which nobody says where the configuration is, on a machine whose {@code
   * /etc/instantmirror} is a folder of the test's: for this process and as long as it runs. Needs a
   * real root user.
   *
   * @param settings that folder
   */
  static TomcatServer startWithDefaults(Path home, Path settings) {
    TomcatServer server = new TomcatServer(WorkDirectory.create("tomcat"), home, settings);
    return server.started(
        home,
        () ->
            Files.copy(
                MirrorProcess.war(),
                server.base.path().resolve("webapps").resolve(CONTEXT + ".war")));
  }

  /** A shell's commands that put a folder in the place of {@code /etc/instantmirror}. */
  private static String inPlaceOfSettings(Path base, Path settings) {
    Path etc = base.resolve("etc");
    return "cp -a /etc %1$s && rm -rf %1$s/instantmirror && cp -r %2$s %1$s/instantmirror"
            .formatted(etc, settings)
        + " && mount --bind %s /etc && ".formatted(etc);
  }

  /** What puts the WAR in place. */
  private interface Deployment {
    void deploy() throws IOException;
  }

  private TomcatServer started(Path home, Deployment deployment) {
    try {
      makeBase(home);
      deployment.deploy();
      process.start();
      await("Tomcat has started")
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.readString(log).contains("Server startup in"));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      String log = log();
      close();
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
    base.write(
        "conf/users.xml",
        "<tomcat-users><user username='ann' password='secret' roles='staff'/></tomcat-users>\n");
  }

  /** Two connectors: one with nothing set, and one of {@code conf/tomcat/connector.xml}. */
  private String serverXml() {
    return """
        <Server port="-1">
          <Service name="Catalina">
            <Connector address="127.0.0.1" port="%d"/>
            %s
            <Engine name="Catalina" defaultHost="localhost">
              <Realm className="org.apache.catalina.realm.MemoryRealm" pathname="conf/users.xml"/>
              <Host name="localhost" appBase="webapps" unpackWARs="true" autoDeploy="false"/>
            </Engine>
          </Service>
        </Server>
        """
        .formatted(
            stockPort, Recipe.read("conf/tomcat/connector.xml").with("8080", relaxedPort).text());
  }

  /** The server's root on the connector of the recipe, ending in a slash. */
  String serverUrl() {
    return "http://127.0.0.1:" + relaxedPort + "/";
  }

  /** The web application's root on the connector with nothing set, ending in a slash. */
  String url() {
    return "http://127.0.0.1:" + stockPort + "/" + CONTEXT + "/";
  }

  /** The same on the connector that takes a raw {@code ^}. */
  String relaxedUrl() {
    return "http://127.0.0.1:" + relaxedPort + "/" + CONTEXT + "/";
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
