package org.instantmirror.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.instantmirror.repo.ConfigSources;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.repo.RepoId;
import org.instantmirror.server.EmbeddedServer;
import org.instantmirror.server.Engine;
import org.instantmirror.store.Store;

/**
 * A cache of many sparse files in one process with a mirror and its upstream: how long the mirror
 * takes to start, to look at all of them, how fast they go, what a client that is served from disk
 * notices of it, and whether a fill at full speed finds room. Prints a line for each.
 */
public final class Evict {

  private static final int HOT_BYTES = 16 * 1024;
  private static final int FILL_BYTES = 1 << 20;

  private final Path folder;
  private final long files;
  private final long size;
  private final boolean review;
  private final boolean make;
  private final HttpClient client = HttpClient.newHttpClient();
  private String base = "";
  private int upstreamPort;

  private Evict(Path folder, long files, long size, boolean review, boolean make) {
    this.make = make;
    this.review = review;
    this.folder = folder;
    this.files = files;
    this.size = size;
  }

  /** {@code --folder DIR --files N --size BYTES --evict N --fill N --review yes|no --make yes|no}: with {@code --make no} the
   * files of an earlier run are taken. */
  public static void main(String[] args) throws Exception {
    Arguments given =
        Arguments.parse(args, Set.of("folder", "files", "size", "evict", "fill", "review", "make"));
    Evict bench =
        new Evict(
            Path.of(given.required("folder")),
            given.number("files", 50_000),
            given.number("size", 1 << 20),
            given.text("review").filter("yes"::equals).isPresent(),
            given.text("make").filter("no"::equals).isEmpty());
    bench.run(given.number("evict", 10_000), given.number("fill", 200));
    System.exit(0); // Threads of the client and the upstream would go on.
  }

  /** As a review does, all at once. */
  private void discover() throws IOException {
    long begin = System.nanoTime();
    Store.StoreSettings settings =
        new Store.StoreSettings(
            folder.resolve("cache"), null, new FreeSpaceLimit(0, 0), 1000, Clock.systemUTC());
    try (Store store = Store.open(settings)) {
      Iterator<EntryKey> walk = store.walk(new RepoId("repo"), "", null);
      while (walk.hasNext()) {
        List<EntryKey> batch = new ArrayList<>();
        while (walk.hasNext() && batch.size() < 10_000) {
          batch.add(walk.next());
        }
        var unused = store.files().discover(batch, Instant.now());
      }
    }
    report("discovered: %.1f s%n", seconds(begin));
  }

  private void run(long evicted, long filled) throws Exception {
    HttpServer upstream = upstream();
    try {
      if (make) {
        make();
      }
      upstreamPort = upstream.getAddress().getPort();
      configure("unlimited");
      if (review) {
        withMirror(
            "start with none known",
            () -> {
              long begin = System.nanoTime();
              call("POST", "api/v1/eviction?review=true");
              report("review of %d files: %.1f s%n", files, seconds(begin));
            });
      } else {
        if (make) {
          discover();
        }
        withMirror("start, first in the process", () -> {});
      }
      withMirror("start", () -> measure(evicted, filled));
    } finally {
      upstream.stop(0);
    }
  }

  private void measure(long evicted, long filled) throws Exception {
    call("GET", "mirror/repo/hot-1-1.x.rpm");
    try (Hits alone = new Hits()) {
      Thread.sleep(5_000);
      alone.report("hits alone");
    }
    try (Hits beside = new Hits()) {
      long begin = System.nanoTime();
      String answer = call("POST", "api/v1/eviction?bytes=" + evicted * size);
      double seconds = seconds(begin);
      report("eviction: %s in %.1f s, %.0f files/s%n", answer.strip(), seconds, evicted / seconds);
      beside.report("hits beside the eviction");
    }
    if (filled == 0) {
      return;
    }
    // As full as it may be: each file that comes has others go.
    long held = held();
    configure(Long.toString(Math.min(held / 19 * 20, held + (2L << 30))));
    call("POST", "api/v1/reload");
    long goneBefore = gone();
    try (Hits beside = new Hits()) {
      LongStream.Builder nanos = LongStream.builder();
      long begin = System.nanoTime();
      long stored = 0;
      for (long i = 0; i < filled; i++) {
        long asked = System.nanoTime();
        HttpResponse<byte[]> answer = send("GET", "mirror/repo/fill" + i + "-1-1.x.rpm");
        nanos.add(System.nanoTime() - asked);
        String status = answer.headers().firstValue("Cache-Status").orElse("");
        stored += status.contains("stored") ? 1 : 0;
      }
      double seconds = seconds(begin);
      report(
          "fill: %d of %d stored, %.1f MB/s, %.0f files/s; %d files went, %.0f files/s%n",
          stored,
          filled,
          filled * FILL_BYTES / 1e6 / seconds,
          filled / seconds,
          gone() - goneBefore,
          (gone() - goneBefore) / seconds);
      times("files that come", nanos.build());
      beside.report("hits beside the fill");
    }
    report("%s%n", call("GET", "api/v1/eviction?limit=1").strip());
  }

  private long held() throws Exception {
    String answer = call("GET", "api/v1/eviction?limit=1");
    return Long.parseLong(answer.replaceFirst("(?s).*?\"bytes\":([0-9]+).*", "$1"));
  }

  private long gone() throws Exception {
    return call("GET", "metrics")
        .lines()
        .filter(line -> line.startsWith("instantmirror_evicted_files_total"))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private interface Step {
    void run() throws Exception;
  }

  private void withMirror(String what, Step step) throws Exception {
    long begin = System.nanoTime();
    ConfigSources sources =
        new ConfigSources(
            folder.resolve("instantmirror.conf"),
            true,
            new ConfigSources.Overrides(null, 0, folder.resolve("cache"), null),
            folder.resolve("cache"));
    EmbeddedServer server = EmbeddedServer.start(new Engine(sources, Clock.systemUTC()));
    report("%s: %.2f s%n", what, seconds(begin));
    base = server.url();
    try {
      step.run();
    } finally {
      server.close();
    }
  }

  private void make() throws IOException {
    long begin = System.nanoTime();
    Path packages = folder.resolve("cache/repo/Packages");
    for (long i = 0; i < files; i++) {
      Path below = packages.resolve(Long.toString(i / 1000));
      if (i % 1000 == 0) {
        Files.createDirectories(below);
      }
      String name = "package-" + i + "-1.0-1.fc43.x86_64.rpm";
      try (RandomAccessFile file = new RandomAccessFile(below.resolve(name).toFile(), "rw")) {
        file.setLength(size);
      }
    }
    report("made %d sparse files of %d bytes: %.1f s%n", files, size, seconds(begin));
  }

  private void configure(String cacheSize) throws IOException {
    Files.createDirectories(folder.resolve("repos.d"));
    Files.writeString(
        folder.resolve("instantmirror.conf"),
        """
        [main]
        address = 127.0.0.1
        profiles = no
        min_free = 1M
        package_expire = never
        reposdir = repos.d
        cache_size = %s
        [repo]
        baseurl = http://127.0.0.1:%d/
        """
            .formatted(cacheSize, upstreamPort));
  }

  private static HttpServer upstream() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(2));
    server.createContext(
        "/",
        exchange -> {
          boolean hot = exchange.getRequestURI().getPath().startsWith("/hot");
          byte[] body = new byte[hot ? HOT_BYTES : FILL_BYTES];
          System.arraycopy(new byte[] {(byte) 0xED, (byte) 0xAB, (byte) 0xEE, (byte) 0xDB}, 0, body, 0, 4);
          exchange.getResponseHeaders().set("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }

  private String call(String method, String path) throws Exception {
    return new String(send(method, path).body(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private HttpResponse<byte[]> send(String method, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(base + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static void times(String what, LongStream nanos) {
    long[] sorted = nanos.sorted().toArray();
    report(
        "%s: %d, median %.1f ms, 99 %% %.1f ms, longest %.1f ms%n",
        what,
        sorted.length,
        at(sorted, 0.5),
        at(sorted, 0.99),
        Arrays.stream(sorted).max().orElse(0) / 1e6);
  }

  private static double at(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) ((sorted.length - 1) * share)] / 1e6;
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private static void report(String format, Object... values) {
    System.out.printf(Locale.ROOT, format, values);
  }

  /** A client that asks for a stored file a hundred times a second, and takes the time. */
  private final class Hits implements AutoCloseable {
    private final LongStream.Builder nanos = LongStream.builder();
    private final Thread thread = new Thread(this::run, "hits");
    private volatile boolean stopped;

    Hits() {
      thread.start();
    }

    private void run() {
      try {
        while (!stopped) {
          long begin = System.nanoTime();
          if (send("GET", "mirror/repo/hot-1-1.x.rpm").body().length != HOT_BYTES) {
            throw new IllegalStateException("not the file");
          }
          nanos.add(System.nanoTime() - begin);
          Thread.sleep(10);
        }
      } catch (Exception failed) {
        throw new IllegalStateException(failed);
      }
    }

    void report(String what) throws InterruptedException {
      stopped = true;
      thread.join();
      times(what, nanos.build());
    }

    @Override
    public void close() {
      stopped = true;
    }
  }
}
