package org.instantmirror.server;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.instantmirror.download.Limits;
import org.instantmirror.mirror.AbsoluteUrls;
import org.instantmirror.mirror.Mirror;
import org.instantmirror.mirror.PassThrough;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.Transport;
import org.instantmirror.store.OpenFiles;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.Store;
import org.instantmirror.upstream.HttpUpstreamClient;
import org.instantmirror.upstream.KeyFiles;
import org.instantmirror.upstream.RememberedAnswers;
import org.instantmirror.upstream.RememberingClient;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamPools;
import org.instantmirror.web.WebApplication;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that runs behind the servlets, put together from a configuration. */
public final class Engine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final Config config;
  private final Store store;
  private final OpenFiles openFiles;
  private final UpstreamClient client;
  private final RememberedAnswers answers = new RememberedAnswers();
  private final UpstreamPools pools;
  private final Mirror mirror;
  private final PassThrough passThrough;
  private final AbsoluteUrls urls;
  private final Clock clock;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Opens the store. */
  @FunctionalInterface
  public interface StoreOpener {
    /** As {@link Store#open}. */
    Store open(Store.StoreSettings settings) throws StorageException;
  }

  /**
   * Opens the cache directory and starts the pools.
   *
   * @throws StorageException if the cache directory can't be used, or another process uses it
   * @throws IOException if a certificate or key file can't be read
   */
  public Engine(Config config, Clock clock) throws IOException {
    this(config, clock, Store::open);
  }

  /**
   * The same with another store, of a disk that fails on command for instance.
   *
   * @param opener given the settings that the configuration says
   * @throws IOException as above
   */
  public Engine(Config config, Clock clock, StoreOpener opener) throws IOException {
    this.config = config;
    this.clock = clock;
    config.warnings().forEach(LOG::warn);
    Set<Transport> transports = new HashSet<>();
    for (Repo repo : config.served().values()) {
      if (transports.add(repo.transport())) {
        HttpUpstreamClient.check(repo.transport());
      }
    }
    this.store =
        opener.open(
            new Store.StoreSettings(
                config.cacheDir(), config.indexDir(), config.minFree(), config.heads(), clock));
    this.openFiles = new OpenFiles(store);
    this.client = new RememberingClient(new HttpUpstreamClient(), answers, clock);
    this.pools =
        new UpstreamPools(
            config.served().values(),
            client,
            config.cacheDir().resolve(".instantmirror").resolve("lists"),
            clock);
    KeyFiles keys =
        new KeyFiles(client, config.cacheDir().resolve(".instantmirror").resolve("keys"), clock);
    Limits limits =
        new Limits(
            config.maxDownloads(),
            config.downloadQueue(),
            config.queueTimeout(),
            config.abandonedLimit());
    this.mirror = new Mirror(store, client, pools.byRepo(), keys, limits, clock);
    this.urls = new AbsoluteUrls(config, pools.byRepo(), clock);
    this.passThrough = new PassThrough(client, pools.byRepo(), config.maxPassThrough(), clock);
    LOG.info(
        "cache directory {}, {} repositories, {} built-in ones",
        config.cacheDir(),
        config.repos().size() - config.profiles().size(),
        config.profiles().size());
  }

  /** The servlets in front of it. */
  public WebApplication webApplication() {
    return new WebApplication(
        config, store, openFiles, mirror, passThrough, pools.byRepo(), answers, urls, clock);
  }

  /** What clients of the forward proxy ask for. */
  AbsoluteUrls urls() {
    return urls;
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
    mirror.close(grace);
    passThrough.close();
    pools.close();
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
