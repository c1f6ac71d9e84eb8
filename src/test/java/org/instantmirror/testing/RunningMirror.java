package org.instantmirror.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.instantmirror.repo.ConfigException;
import org.instantmirror.repo.ConfigSources;
import org.instantmirror.server.EmbeddedServer;
import org.instantmirror.server.Engine;
import org.instantmirror.store.Store;
import org.instantmirror.usage.Demand;
import org.jspecify.annotations.Nullable;

/**
 * A whole mirror within the test's process: configuration files, engine, embedded server on a free
 * port of 127.0.0.1. Time-outs are short unless set otherwise.
 */
public final class RunningMirror implements AutoCloseable {

  private final Path folder;
  private final boolean ownsFolder;
  private final EmbeddedServer server;
  private final Engine engine;

  private RunningMirror(Path folder, boolean ownsFolder, EmbeddedServer server, Engine engine) {
    this.engine = engine;
    this.folder = folder;
    this.ownsFolder = ownsFolder;
    this.server = server;
  }

  /** What is set before it starts. */
  public static final class Setup {
    private final List<String> main = new ArrayList<>();
    private final List<String> repos = new ArrayList<>();
    private Clock clock = Clock.systemUTC();
    private @Nullable Path folder;
    private Engine.StoreOpener store = Store::open;
    private @Nullable Demand demand;

    private Setup() {
      main.add("address = 127.0.0.1");
      main.add("shutdown_timeout = 0");
      main.add("min_free = 1M");
      main.add("profiles = no");
    }

    /** A line of {@code [main]}, in place of an earlier one with the same key. */
    public Setup main(String line) {
      String key = line.substring(0, line.indexOf('=') + 1);
      main.removeIf(earlier -> earlier.startsWith(key));
      main.add(line);
      return this;
    }

    /** A repository with these base URLs and further lines. */
    public Setup repo(String id, List<String> baseUrls, String... lines) {
      repos.add("[" + id + "]\nname=" + id + "\nbaseurl=" + String.join("\n  ", baseUrls));
      repos.addAll(List.of(lines));
      return this;
    }

    /** A section of a {@code .repo} file, as it stands there. */
    public Setup section(String text) {
      repos.add(text);
      return this;
    }

    /** Repository {@code repo} of an upstream's whole tree. */
    public Setup repo(FakeUpstream upstream, String... lines) {
      return repo("repo", List.of(upstream.origin() + "/"), lines);
    }

    /** The clock of all rules. */
    public Setup clock(Clock newClock) {
      clock = newClock;
      return this;
    }

    /** What keeps the files, in place of a store on a sound disk. */
    public Setup store(Engine.StoreOpener opener) {
      store = opener;
      return this;
    }

    /** How much packages are wanted. */
    public Setup demand(Demand known) {
      demand = known;
      return this;
    }

    /** Where configuration and cache lie, to be kept when the mirror is closed. */
    public Setup folder(Path newFolder) {
      folder = newFolder;
      return this;
    }

    /** Starts it. */
    public RunningMirror start() {
      try {
        boolean own = folder == null;
        Path base = folder == null ? Files.createTempDirectory("mirror-test-") : folder;
        Path reposDir = Files.createDirectories(base.resolve("repos.d"));
        Path config = base.resolve("instantmirror.conf");
        Files.writeString(config, "[main]\n" + String.join("\n", main) + "\n");
        Files.writeString(reposDir.resolve("test.repo"), String.join("\n", repos) + "\n");
        ConfigSources sources =
            new ConfigSources(
                config,
                true,
                new ConfigSources.Overrides(null, 0, base.resolve("cache"), reposDir),
                base.resolve("cache"));
        Engine engine = new Engine(sources, clock, store, demand);
        return new RunningMirror(base, own, EmbeddedServer.start(engine), engine);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (ConfigException e) {
        throw new IllegalArgumentException(e);
      }
    }
  }

  /** Begins to set one up. */
  public static Setup setup() {
    return new Setup();
  }

  /** Where it listens. */
  public int port() {
    return URI.create(server.url()).getPort();
  }

  /** What is configured, and how it is read again. */
  public Engine engine() {
    return engine;
  }

  /** Where its configuration lies: {@code instantmirror.conf} and {@code repos.d/test.repo}. */
  public Path folder() {
    return folder;
  }

  /** All its URLs: that without TLS first. */
  public List<String> urls() {
    return server.urls();
  }

  /** Where its forward proxy listens. */
  public int proxyPort() {
    return server.proxyPort();
  }

  /** One GET of a file of repository {@code repo}. */
  public RawResponse get(String path, String... fields) {
    return request("GET", "/mirror/repo/" + path, fields);
  }

  /** The same from the address 127.0.1.{@code client}. */
  public RawResponse getAs(int client, String path, String... fields) {
    try {
      InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) client});
      return RawClient.getFrom(address, port(), "/mirror/repo/" + path, fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One request. */
  public RawResponse request(String method, String target, String... fields) {
    try {
      return RawClient.request(port(), method, target, fields);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cache directory. */
  public Path cacheDir() {
    return folder.resolve("cache");
  }

  /** Where a file of repository {@code repo} lies when it is stored. */
  public Path stored(String path) {
    return cacheDir().resolve("repo").resolve(path);
  }

  /**
   * The bytes of a file of repository {@code repo} once it is stored: a client has the last byte a
   * moment before.
   *
   * @throws AssertionError if it isn't within 20 seconds
   */
  public byte[] awaitStored(String path) throws IOException {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(stored(path)));
    return Files.readAllBytes(stored(path));
  }

  @Override
  public void close() {
    server.close();
    if (ownsFolder) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
