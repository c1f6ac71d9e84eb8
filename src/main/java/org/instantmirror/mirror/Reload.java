package org.instantmirror.mirror;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ConfigChange;
import org.instantmirror.repo.ConfigException;
import org.instantmirror.repo.ConfigReader;
import org.instantmirror.repo.ConfigSources;
import org.instantmirror.repo.WatchedFiles;
import org.instantmirror.upstream.PemIdentity;
import org.instantmirror.upstream.Transports;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again, and has it take the place of the running one if nothing is wrong
 * with it. Downloads and transfers go on as they were begun. Thread-safe; blocks for files.
 */
public final class Reload {

  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

  private final ConfigSources sources;
  private final Config started;
  private final Views views;
  private final Consumer<Transports> client;
  private final Clock clock;
  private WatchedFiles files; // guarded by this
  private volatile Standing standing;

  /**
   * How the running configuration stands.
   *
   * @param loadedAt when it was read
   * @param waitingForRestart keys whose new values have no effect before a restart
   * @param warnings of its files
   * @param fault what is wrong with the files as they are now; null if nothing is
   * @param faultAt when that was found; null likewise
   */
  public record Standing(
      Instant loadedAt,
      List<String> waitingForRestart,
      List<String> warnings,
      @Nullable String fault,
      @Nullable Instant faultAt) {

    private Standing with(String newFault, Instant now) {
      return new Standing(loadedAt, waitingForRestart, warnings, newFault, now);
    }
  }

  /** What came of a reload. */
  public sealed interface Outcome {}

  /** The new configuration is in force. */
  public record Applied(ConfigChange change, Standing standing) implements Outcome {}

  /**
   * The one before stays.
   *
   * @param why in one line, with file, line and key
   */
  public record Refused(String why) implements Outcome {}

  /**
   * @param started what the server was started with
   * @param files what that was read from
   * @param client takes the transports of each new configuration
   */
  public Reload(
      ConfigSources sources,
      Config started,
      WatchedFiles files,
      Views views,
      Consumer<Transports> client,
      Clock clock) {
    this.sources = sources;
    this.started = started;
    this.files = files;
    this.views = views;
    this.client = client;
    this.clock = clock;
    this.standing = new Standing(clock.instant(), List.of(), started.warnings(), null, null);
  }

  /**
   * Looks at certificates, keys and whatever else a configuration names and a request would need.
   *
   * @return those for upstreams
   * @throws IOException if something can't be used; the message says what
   */
  public static Transports check(Config config) throws IOException {
    if (config.tls() != null) {
      try {
        var unused = PemIdentity.read(config.tls().certificate(), config.tls().key());
      } catch (IOException e) {
        throw new IOException("sslservercert and sslserverkey: " + e.getMessage(), e);
      }
    }
    return Transports.read(config.served().values());
  }

  /** How it stands. */
  public Standing standing() {
    return standing;
  }

  /** Reads again if files have changed and are at rest; to be called every few seconds. */
  public synchronized void runIfChanged() {
    if (files.haveChanged()) {
      run("files have changed");
    }
  }

  /**
   * Reads again.
   *
   * @param cause for the log
   */
  public synchronized Outcome run(String cause) {
    WatchedFiles read = new WatchedFiles();
    Config next;
    Transports transports;
    try {
      next = ConfigReader.read(sources, read);
      transports = check(next);
    } catch (ConfigException | IOException e) {
      // What led nowhere is watched as well: its repair is a change.
      files = read;
      return refused(cause, String.valueOf(e.getMessage()));
    }
    files = read;
    return applied(cause, next, transports);
  }

  private Refused refused(String cause, String why) {
    standing = standing.with(why, clock.instant());
    LOG.error("configuration not reloaded ({}), the running one stays: {}", cause, why);
    return new Refused(why);
  }

  private Applied applied(String cause, Config next, Transports transports) {
    ConfigChange change = ConfigChange.between(views.get().config(), next);
    List<String> waiting = ConfigChange.waitingForRestart(started, next);
    client.accept(transports);
    views.change(next);
    standing = new Standing(clock.instant(), waiting, next.warnings(), null, null);
    next.warnings().forEach(LOG::warn);
    LOG.info(
        "configuration reloaded ({}): {} repositories, added {}, removed {}, changed {}",
        cause,
        next.repos().size() - next.profiles().size(),
        names(change.added().stream()),
        names(change.removed().stream()),
        names(change.changed().stream()));
    if (!waiting.isEmpty()) {
      LOG.warn("without effect before a restart: {}", names(waiting.stream()));
    }
    return new Applied(change, standing);
  }

  private static String names(Stream<?> all) {
    String names = String.join(" ", all.map(String::valueOf).toList());
    return names.isEmpty() ? "none" : names;
  }
}
