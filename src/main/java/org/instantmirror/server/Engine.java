package org.instantmirror.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.download.Limits;
import org.instantmirror.eviction.Evictor;
import org.instantmirror.mirror.AbsoluteUrls;
import org.instantmirror.mirror.Mirror;
import org.instantmirror.mirror.PassThrough;
import org.instantmirror.mirror.PrefetchTotals;
import org.instantmirror.mirror.Reload;
import org.instantmirror.mirror.Views;
import org.instantmirror.repo.Bandwidth;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ConfigException;
import org.instantmirror.repo.ConfigReader;
import org.instantmirror.repo.ConfigSources;
import org.instantmirror.repo.WatchedFiles;
import org.instantmirror.store.OpenFiles;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.Store;
import org.instantmirror.upstream.HttpUpstreamClient;
import org.instantmirror.upstream.KeyFiles;
import org.instantmirror.upstream.Lines;
import org.instantmirror.upstream.MeteredClient;
import org.instantmirror.upstream.PacedClient;
import org.instantmirror.upstream.RememberedAnswers;
import org.instantmirror.upstream.RememberingClient;
import org.instantmirror.upstream.Transports;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamPools;
import org.instantmirror.usage.Demand;
import org.instantmirror.usage.Requests;
import org.instantmirror.usage.Usage;
import org.instantmirror.web.Metrics;
import org.instantmirror.web.Savings;
import org.instantmirror.web.WebApplication;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that runs behind the servlets, put together from a configuration. */
public final class Engine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final Config config;
  private final Reload reload;
  private final Store store;
  private final OpenFiles openFiles;
  private final MeteredClient metered;
  private final Lines lines;
  private final UpstreamClient client;
  private final RememberedAnswers answers = new RememberedAnswers();
  private final UpstreamPools pools;
  private final Views views;
  private final ConfigWatch watch = new ConfigWatch();
  private final Mirror mirror;
  private final PassThrough passThrough;
  private final AbsoluteUrls urls;
  private final Usage usage;
  private final Evictor evictor;
  private final Clock clock;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Opens the store. */
  @FunctionalInterface
  public interface StoreOpener {
    /** As {@link Store#open}. */
    Store open(Store.StoreSettings settings) throws StorageException;
  }

  /**
   * Reads the configuration, opens the cache directory and starts the pools.
   *
   * @throws ConfigException if something is wrong with the configuration
   * @throws StorageException if the cache directory can't be used, or another process uses it
   * @throws IOException if a certificate or key file can't be read
   */
  public Engine(ConfigSources sources, Clock clock) throws ConfigException, IOException {
    this(sources, clock, Store::open);
  }

  /**
   * The same with another store, of a disk that fails on command for instance.
   *
   * @param opener given the settings that the configuration says
   * @throws ConfigException as above
   * @throws IOException as above
   */
  public Engine(ConfigSources sources, Clock clock, StoreOpener opener)
      throws ConfigException, IOException {
    this(sources, clock, opener, null);
  }

  /**
   * The same, with packages wanted as somebody says.
   *
   * @param given in place of what is learnt; null for that
   * @throws ConfigException as above
   * @throws IOException as above
   */
  public Engine(ConfigSources sources, Clock clock, StoreOpener opener, @Nullable Demand given)
      throws ConfigException, IOException {
    this.clock = clock;
    WatchedFiles files = new WatchedFiles();
    this.config = ConfigReader.read(sources, files);
    config.warnings().forEach(LOG::warn);
    Transports transports = Reload.check(config);
    this.store =
        opener.open(
            new Store.StoreSettings(
                config.cacheDir(), config.indexDir(), config.minFree(), config.heads(), clock));
    this.openFiles = new OpenFiles(store);
    HttpUpstreamClient http = new HttpUpstreamClient();
    http.use(transports);
    this.metered = new MeteredClient(http);
    this.lines = new Lines(this::bandwidth, clock);
    this.client = new RememberingClient(new PacedClient(metered, lines), answers, clock);
    this.pools =
        new UpstreamPools(
            client, config.cacheDir().resolve(".instantmirror").resolve("lists"), clock);
    this.views = new Views(config, pools);
    this.reload = new Reload(sources, config, files, views, http::use, clock);
    KeyFiles keys =
        new KeyFiles(client, config.cacheDir().resolve(".instantmirror").resolve("keys"), clock);
    Limits limits =
        new Limits(
            config.maxDownloads(),
            config.queue().maxAheadPerHost(),
            config.downloadQueue(),
            config.queueTimeout(),
            config.abandonedLimit());
    this.usage =
        new Usage(
            indexDir(config).resolve("usage.db"),
            store.packages(),
            () -> views.get().config().usage().learns(),
            clock);
    Demand demand = given == null ? usage : given;
    Mirror.Foresight foresight =
        new Mirror.Foresight(
            demand,
            () -> views.get().config().prefetch(),
            config.cacheDir().resolve(".instantmirror").resolve("prefetch"),
            ZoneId.systemDefault());
    this.mirror = new Mirror(store, client, views, keys, limits, usage, foresight, clock);
    mirror.keepQueue(config.cacheDir().resolve(".instantmirror").resolve("ahead"), views);
    this.evictor = new Evictor(store, mirror.listings(), demand, () -> views.get().config(), clock);
    this.urls = new AbsoluteUrls(views, clock);
    this.passThrough = new PassThrough(client, views::pool, config.maxPassThrough(), clock);
    LOG.info(
        "cache directory {}, {} repositories, {} built-in ones",
        config.cacheDir(),
        config.repos().size() - config.profiles().size(),
        config.profiles().size());
    watch.every(reload::runIfChanged);
    evictor.start();
  }

  private static Path indexDir(Config config) {
    Path given = config.indexDir();
    return given == null ? config.cacheDir().resolve(".instantmirror") : given;
  }

  private Bandwidth bandwidth() {
    return views.get().config().queue().bandwidth();
  }

  /** What it was started with. */
  public Config config() {
    return config;
  }

  /** Reads the configuration again when told to. */
  public Reload reload() {
    return reload;
  }

  /** What clients of the forward proxy ask for. */
  AbsoluteUrls urls() {
    return urls;
  }

  /** The servlets in front of it. */
  public WebApplication webApplication() {
    PrefetchTotals prefetched = mirror.prefetched();
    Measured measured = new Measured(views, store, metered, mirror, usage, evictor);
    Metrics metrics = new Metrics();
    Savings savings = new Savings(metrics, metered::bytes, prefetched, clock.instant());
    measured.register(metrics, savings);
    return new WebApplication(
        views,
        reload,
        store,
        openFiles,
        mirror,
        passThrough,
        answers,
        urls,
        usage,
        Requests.all(List.of(usage, evictor.uses(), prefetched)),
        metrics,
        savings,
        lines,
        evictor,
        clock);
  }

  /**
   * Ends downloads, keeping what can be resumed, and closes the cache directory. Idempotent.
   *
   * @param grace how long running downloads may go on
   */
  public void close(Duration grace) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    watch.close();
    evictor.close();
    mirror.close(grace);
    passThrough.close();
    pools.close();
    usage.close();
    closeQuietly(client);
    openFiles.close();
    closeQuietly(store);
  }

  private static void closeQuietly(java.io.Closeable part) {
    try {
      part.close();
    } catch (java.io.IOException e) {
      LOG.warn("while stopping", e);
    }
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
