package org.instantmirror.server;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.modeler.Registry;
import org.instantmirror.repo.Config;
import org.jspecify.annotations.Nullable;

/** The mirror with a Tomcat of its own. */
public final class EmbeddedServer implements AutoCloseable {

  /**
   * zchunk clients send 256 ranges (5 kB and more) in one field; Tomcat allots this to each
   * connection.
   */
  private static final int HEADER_BYTES = 16 * 1024;

  /** A client that takes nothing for this long is given up. */
  private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(60);

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

  /** They are held only while a request is judged and small files are read. */
  private static final int THREADS = 64;

  private static final int CONNECTIONS = 20_000;

  /**
   * What the system may hold for each connection. It would let this grow to megabytes, and fill
   * that for each of thousands of slow clients as soon as they come, at the cost of everybody else.
   */
  private static final int SEND_BUFFER = 256 * 1024;

  /** Package names hold {@code ^}; Tomcat would refuse it unencoded. */
  private static final String RELAXED_PATH = "^[]{}|`";

  private final Config config;
  private final Engine engine;
  private final Path work;
  private final Tomcat tomcat = new Tomcat();
  private final Connector connector = new LeanConnector();
  private final HandOver handOver = new HandOver();
  private @Nullable Connector handOverConnector;
  private @Nullable ForwardProxy proxy;

  /**
   * Gives each connection's response a small buffer: the mirror writes whole chunks, which go past
   * it to the socket's own, and Tomcat keeps three times its size for as long as a client takes to
   * read.
   */
  private static final class LeanConnector extends Connector {
    private static final int RESPONSE_BUFFER = 512;

    /** Without a name for MBeans connections aren't registered, one by one under a lock. */
    @Override
    protected @Nullable String getDomainInternal() {
      return null;
    }

    @Override
    public Response createResponse(org.apache.coyote.Response coyoteResponse) {
      return new Response(coyoteResponse, RESPONSE_BUFFER);
    }
  }

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
  public static EmbeddedServer start(Config config, Engine engine) throws IOException {
    // No MBeans: registering one for each of thousands of connections, under one lock, holds up
    // everybody who comes at the same moment, by seconds.
    Registry.disableRegistry();
    EmbeddedServer server =
        new EmbeddedServer(config, engine, Files.createTempDirectory("instantmirror-"));
    try {
      server.configure();
      server.tomcat.start();
    } catch (LifecycleException e) {
      server.close();
      throw new IOException(rootMessage(e), e);
    }
    if (server.connector.getLocalPort() <= 0) {
      server.close();
      throw new IOException("port " + config.port() + " can't be listened on; is it in use?");
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
    Connector inner = handOverConnector;
    Integer port = config.proxy().port();
    if (inner != null && port != null) {
      proxy =
          ForwardProxy.start(config.address(), port, engine.urls(), handOver, inner.getLocalPort());
    }
  }

  /** The port of the forward proxy; empty if there is none. */
  public OptionalInt proxyPort() {
    ForwardProxy running = proxy;
    return running == null ? OptionalInt.empty() : OptionalInt.of(running.port());
  }

  private static String rootMessage(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  private void configure() {
    tomcat.setBaseDir(work.toString());
    tomcat.setSilent(true);
    configureConnector(connector, config.address(), config.port());
    tomcat.setConnector(connector);
    StandardHost host = (StandardHost) tomcat.getHost();
    if (config.proxy().port() != null) {
      Connector inner = new LeanConnector();
      configureConnector(inner, HandOver.address(), 0);
      tomcat.getService().addConnector(inner);
      host.getPipeline().addValve(new HandOverValve(inner, handOver));
      handOverConnector = inner;
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
  }

  private static void configureConnector(
      Connector connector, @Nullable InetAddress address, int port) {
    connector.setPort(port);
    connector.setProperty("bindOnInit", "false");
    AbstractHttp11Protocol<?> protocol = (AbstractHttp11Protocol<?>) connector.getProtocolHandler();
    if (address != null) {
      protocol.setAddress(address);
    }
    protocol.setMaxHttpRequestHeaderSize(HEADER_BYTES);
    protocol.setRelaxedPathChars(RELAXED_PATH);
    protocol.setRelaxedQueryChars(RELAXED_PATH);
    protocol.setConnectionTimeout((int) CLIENT_TIMEOUT.toMillis());
    protocol.setKeepAliveTimeout((int) KEEP_ALIVE.toMillis());
    protocol.setMaxKeepAliveRequests(-1);
    protocol.setMaxThreads(THREADS);
    protocol.setMaxConnections(CONNECTIONS);
    protocol.setAcceptCount(1024);
    // For each connection: thousands of slow clients are to cost little. A request to a mirror has
    // no body, hence no trailers.
    protocol.setMaxTrailerSize(256);
    protocol.setProperty("socket.txBufSize", Integer.toString(SEND_BUFFER));
    // Outside the heap, where the collector doesn't move them and a write needn't copy them.
    protocol.setProperty("socket.directBuffer", "true");
    protocol.setProperty("socket.appReadBufSize", "2048");
    protocol.setProperty("socket.appWriteBufSize", "16384");
    connector.setEnableLookups(false);
    connector.setXpoweredBy(false);
    connector.setAllowTrace(false);
  }

  /** The URL it answers at. */
  public String url() {
    InetAddress address = config.address();
    String host =
        address == null || address.isAnyLocalAddress() ? "localhost" : address.getHostAddress();
    return "http://"
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + connector.getLocalPort()
        + "/";
  }

  /** Takes no new requests, lets running transfers end within the limit, and stops. */
  @Override
  public void close() {
    try {
      long end = System.nanoTime() + config.shutdownTimeout().toNanos();
      Connector inner = handOverConnector;
      drain(connector, end);
      if (inner != null) {
        drain(inner, end);
      }
      if (proxy != null) {
        proxy.close();
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

  private static void drain(Connector connector, long endNanos) {
    connector.pause();
    connector.getProtocolHandler().closeServerSocketGraceful();
    long left = Math.max(0, endNanos - System.nanoTime());
    connector.getProtocolHandler().awaitConnectionsClose(TimeUnit.NANOSECONDS.toMillis(left));
  }

  private void deleteWork() {
    try (Stream<Path> files = Files.walk(work)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A left-over temporary folder is no reason to fail; the system removes it.
      org.slf4j.LoggerFactory.getLogger(EmbeddedServer.class).debug("left over: {}", work, e);
    }
  }
}
