package org.instantmirror.upstream;

import java.io.IOException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.instantmirror.repo.KeyUrl;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.signature.Keyring;
import org.instantmirror.signature.OpenPgpException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of keys that repositories name. One of this machine is read each time. One of another
 * is fetched when it is first needed, kept on disk, and fetched again only when somebody has seen
 * that the kept one doesn't do, but not all the time; while it can't be fetched the kept one is
 * used. Blocks; thread-safe.
 */
public final class KeyFiles {

  /** How often a file is asked for at most. */
  static final Duration RETRY = Duration.ofMinutes(5);

  /**
   * Clients choose the variables' values, so the number of what is remembered has to be bounded.
   */
  private static final int MOST_TRIES = 1000;

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.upstream.keys");

  private final UpstreamClient client;
  private final KeyFolder folder;
  private final Clock clock;

  private final Map<Source, Tried> tries = // guarded by this
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Source, Tried> eldest) {
          return size() > MOST_TRIES;
        }
      };

  /** A file: other repositories may be spoken to in other ways. */
  private record Source(RepoId repo, URI uri) {}

  /**
   * The last time it was asked for.
   *
   * @param fault what was wrong; null if nothing was
   * @param file what came; null if nothing did
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Tried(Instant at, @Nullable String fault, byte @Nullable [] file) {}

  /** Files that are being fetched: whoever wants one of them waits for that. */
  private final Map<Source, CompletableFuture<Void>> running = new ConcurrentHashMap<>();

  /**
   * @param folder where fetched ones are kept; made when there is one
   */
  public KeyFiles(UpstreamClient client, Path folder, Clock clock) {
    this.client = client;
    this.folder = new KeyFolder(folder);
    this.clock = clock;
  }

  /**
   * Keys, and what is wrong with files of others.
   *
   * @param faults for people; each names its file
   */
  public record Found(Keyring keys, List<String> faults) {
    /** Copies the list. */
    public Found {
      faults = List.copyOf(faults);
    }
  }

  /**
   * The keys that may sign a repository's metadata.
   *
   * @param uris as {@link Repo#keyUris} gives them
   * @param newer whether those that are kept don't do: they are fetched again, if that wasn't tried
   *     in the last five minutes
   */
  public Found find(Repo repo, List<URI> uris, boolean newer) {
    List<Keyring> keys = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (URI uri : uris) {
      try {
        keys.add(KeyUrl.isFile(uri) ? ofThisMachine(uri) : ofAnother(repo, uri, newer));
      } catch (KeyException fault) {
        faults.add("key " + uri + " " + fault.getMessage());
      }
    }
    return new Found(Keyring.of(keys), faults);
  }

  private static final class KeyException extends Exception {
    private static final long serialVersionUID = 1L;

    KeyException(String message, Throwable cause) {
      super(message, cause);
    }

    KeyException(String message) {
      super(message);
    }
  }

  private static Keyring ofThisMachine(URI uri) throws KeyException {
    try {
      return Keyring.read(KeyFolder.bounded(KeyUrl.path(uri)));
    } catch (OpenPgpException unfit) {
      throw new KeyException("can't be used: " + unfit.getMessage(), unfit);
    } catch (IOException | InvalidPathException unreadable) {
      throw new KeyException("can't be read (" + unreadable + ")", unreadable);
    }
  }

  private Keyring ofAnother(Repo repo, URI uri, boolean newer) throws KeyException {
    Source source = new Source(repo.id(), uri);
    CompletableFuture<Void> end = new CompletableFuture<>();
    CompletableFuture<Void> before = running.putIfAbsent(source, end);
    if (before != null) {
      before.join();
      return ofAnother(repo, source, newer);
    }
    try {
      return ofAnother(repo, source, newer);
    } finally {
      running.remove(source, end);
      end.complete(null);
    }
  }

  private Keyring ofAnother(Repo repo, Source source, boolean newer) throws KeyException {
    URI uri = source.uri;
    Keyring kept = kept(repo, uri);
    if (kept != null && !newer) {
      return kept;
    }
    Tried before = mayTry(source);
    try {
      if (before == null) {
        return fetch(repo, uri, source, kept);
      }
      if (kept == null) {
        throw new KeyException(String.valueOf(before.fault));
      }
    } catch (KeyException fault) {
      if (kept == null) {
        throw fault;
      }
      LOG.warn("repo '{}': key {} {}; using the cached one", repo.id(), uri, fault.getMessage());
    }
    return kept;
  }

  private @Nullable Keyring kept(Repo repo, URI uri) {
    byte[] file = folder.read(repo.id(), uri).or(() -> inMemory(repo, uri)).orElse(null);
    try {
      return file == null ? null : Keyring.read(file);
    } catch (OpenPgpException damaged) {
      return null;
    }
  }

  /** What came last, where it can't be kept on disk. */
  private synchronized Optional<byte[]> inMemory(Repo repo, URI uri) {
    return Optional.ofNullable(tries.get(new Source(repo.id(), uri))).map(Tried::file);
  }

  /** Null if it may be tried, which is taken for having been; else what came of it last. */
  private synchronized @Nullable Tried mayTry(Source source) {
    Instant now = clock.instant();
    Tried before = tries.get(source);
    // One in the future means that the clock was set back.
    boolean lately =
        before != null && !before.at.isAfter(now) && now.isBefore(before.at.plus(RETRY));
    if (lately) {
      return before;
    }
    remember(source, new Tried(now, "is being fetched", before == null ? null : before.file));
    return null;
  }

  private synchronized void remember(Source source, Tried tried) {
    tries.remove(source);
    tries.put(source, tried);
  }

  private Keyring fetch(Repo repo, URI uri, Source source, @Nullable Keyring kept)
      throws KeyException {
    String fault;
    Exception cause;
    try {
      // Who configured it may have it inside; where it redirects is as for any upstream.
      UpstreamRequest request = new UpstreamRequest(repo, "GET", uri, List.of(), true);
      byte[] body = SmallAnswer.get(client, request, Keyring.MOST_BYTES).body().array();
      Keyring keys = Keyring.read(body);
      folder.write(repo.id(), uri, body);
      remember(source, new Tried(clock.instant(), null, body));
      if (kept == null || !kept.ids().equals(keys.ids())) {
        LOG.info("repo '{}': key {} fetched: {}", repo.id(), uri, String.join(", ", keys.ids()));
      }
      return keys;
    } catch (UpstreamException unreachable) {
      fault = unreachable.what();
      cause = unreachable;
    } catch (OpenPgpException unfit) {
      fault = "can't be used: " + unfit.getMessage();
      cause = unfit;
    }
    remember(source, new Tried(clock.instant(), fault, inMemory(repo, uri).orElse(null)));
    throw new KeyException(fault, cause);
  }
}
