package org.instantmirror.server;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.authenticator.BasicAuthenticator;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.apache.tomcat.util.modeler.Registry;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.WatchedFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mirror with a Tomcat of its own. */
public final class EmbeddedServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServer.class);

  private final Config config;
  private final Engine engine;
  private final Path work;
  private final Tomcat tomcat = new Tomcat();
  private final List<LeanConnector> connectors = new ArrayList<>();
  private final ConfigWatch watch = new ConfigWatch();
  private @Nullable TlsConnector secured;
  private @Nullable ForwardProxy proxy;
  private @Nullable WatchedFiles users; // guarded by this

  private EmbeddedServer(Config config, Engine engine, Path work) {
    this.config = config;
    this.engine = engine;
    this.work = work;
  }

  /**
   * Starts listening.
   *
   * @throws IOException if it can't, e.g. because the port is taken
   */
  public static EmbeddedServer start(Engine engine) throws IOException {
    Config config = engine.config();
    // No MBeans: registering one for each of thousands of connections, under one lock, holds up
    // everybody who comes at the same moment, by seconds.
    Registry.disableRegistry();
    EmbeddedServer server =
        new EmbeddedServer(config, engine, Files.createTempDirectory("instantmirror-"));
    try {
      server.configure();
      server.tomcat.start();
    } catch (IOException e) {
      server.close();
      throw e;
    } catch (LifecycleException e) {
      server.close();
      throw new IOException(rootMessage(e), e);
    }
    for (LeanConnector connector : server.connectors) {
      if (connector.getLocalPort() <= 0) {
        server.close();
        throw new IOException(
            "port " + connector.getPort() + " can't be listened on; is it in use?");
      }
    }
    try {
      server.startProxy();
    } catch (IOException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private void startProxy() throws IOException {
    Integer port = config.proxy().port();
    if (proxy != null && port != null) {
      proxy.start(port);
    }
  }

  /** The port of the forward proxy; -1 if there is none. */
  public int proxyPort() {
    return proxy == null ? -1 : proxy.port();
  }

  private static String rootMessage(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  private void configure() throws IOException {
    tomcat.setBaseDir(work.toString());
    tomcat.setSilent(true);
    if (config.port() >= 0) {
      connectors.add(new LeanConnector(config.address(), config.port()));
    }
    if (config.tls() != null) {
      TlsConnector tls = new TlsConnector(config.address(), config.tls());
      connectors.add(tls);
      secured = tls;
      watch.every(tls::renewIfChanged);
    }
    connectors.forEach(tomcat.getService()::addConnector);
    StandardHost host = (StandardHost) tomcat.getHost();
    if (config.proxy().port() != null) {
      ForwardProxy inFront = new ForwardProxy(config, engine.urls());
      tomcat.getService().addConnector(inFront.connector());
      host.getPipeline().addValve(inFront.valve());
      proxy = inFront;
    }
    // Errors of the container's own (a malformed request) show neither trace nor version.
    ErrorReportValve errors = new ErrorReportValve();
    errors.setShowReport(false);
    errors.setShowServerInfo(false);
    host.getPipeline().addValve(errors);
    StandardContext context = (StandardContext) tomcat.addContext("", null);
    // Nothing is ever undeployed here: the process ends.
    context.setClearReferencesRmiTargets(false);
    context.setClearReferencesStopThreads(false);
    context.setClearReferencesThreadLocals(false);
    context.setParentClassLoader(EmbeddedServer.class.getClassLoader());
    context.getServletContext().setAttribute(WebApplicationListener.ENGINE, engine);
    context.addApplicationListener(WebApplicationListener.class.getName());
    askForUsers(context);
  }

  /** What is odd of a configuration only where there is no other container. */
  static Optional<String> warning(Config config) {
    boolean asked = config.repos().values().stream().anyMatch(repo -> repo.access().wantsUser());
    return asked && config.usersFile() == null
        ? Optional.of(
            "allow_users or allow_roles is set and users_file isn't: nobody may read what they guard")
        : Optional.empty();
  }

  private void askForUsers(StandardContext context) throws IOException {
    Path file = config.usersFile();
    warning(config).ifPresent(LOG::warn);
    if (file == null) {
      return;
    }
    context.setLoginConfig(new LoginConfig("BASIC", "InstantMirror", null, null));
    context.getPipeline().addValve(new BasicAuthenticator());
    users = watched(file);
    UsersRealm.of(file, context);
    watch.every(() -> readUsersIfChanged(file, context));
  }

  private static WatchedFiles watched(Path file) {
    WatchedFiles files = new WatchedFiles();
    files.about(file);
    return files;
  }

  private synchronized void readUsersIfChanged(Path file, StandardContext context) {
    if (users == null || !users.haveChanged()) {
      return;
    }
    users = watched(file);
    try {
      UsersRealm.of(file, context);
      LOG.info("users of {} read again", file);
    } catch (IOException fault) {
      LOG.error("users not read again, those from before stay: {}", fault.getMessage());
    }
  }

  /** Reads the server's certificate and key again, if it has any. */
  public void renew() {
    if (secured != null) {
      secured.renew();
    }
  }

  /** The first URL it answers at: the one without TLS if there is one. */
  public String url() {
    return urls().get(0);
  }

  /** All of them. */
  public List<String> urls() {
    InetAddress address = config.address();
    String host =
        address == null || address.isAnyLocalAddress() ? "localhost" : address.getHostAddress();
    String named = host.contains(":") ? "[" + host + "]" : host;
    return connectors.stream()
        .map(each -> each.getScheme() + "://" + named + ":" + each.getLocalPort() + "/")
        .toList();
  }

  /** Takes no new requests, lets running transfers end within the limit, and stops. */
  @Override
  public void close() {
    try {
      watch.close();
      long until = System.nanoTime() + config.shutdownTimeout().toNanos();
      if (proxy != null) {
        proxy.stop();
      }
      for (LeanConnector connector : connectors) {
        connector.pause();
        connector.protocol().closeServerSocketGraceful();
      }
      if (proxy != null) {
        // What it hands over ends with its clients' connections.
        proxy.close(left(until));
        proxy.connector().pause();
      }
      for (LeanConnector connector : connectors) {
        connector.protocol().awaitConnectionsClose(left(until).toMillis());
      }
      engine.close(Duration.ZERO);
      tomcat.stop();
      tomcat.destroy();
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    } finally {
      deleteWork();
    }
  }

  private static Duration left(long untilNanos) {
    return Duration.ofNanos(Math.max(0, untilNanos - System.nanoTime()));
  }

  private void deleteWork() {
    try (Stream<Path> files = Files.walk(work)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A left-over temporary folder is no reason to fail; the system removes it.
      LOG.debug("left over: {}", work, e);
    }
  }
}
