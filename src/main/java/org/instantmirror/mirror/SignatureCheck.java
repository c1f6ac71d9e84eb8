package org.instantmirror.mirror;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.signature.SignatureOutcome;
import org.instantmirror.signature.SignatureOutcome.Verdict;
import org.instantmirror.signature.SignatureVerifier;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.KeyFiles;
import org.jspecify.annotations.Nullable;

/**
 * Lets a generation pass whose {@code repomd.xml} is signed as its repository demands. On threads
 * of its own, since a key's server may be slow. Thread-safe.
 */
final class SignatureCheck implements AutoCloseable {

  /** Many wait for a slow server of keys before others have to. */
  private static final int THREADS = 16;

  private final Store store;
  private final KeyFiles keys;
  private final Consumer<URI> distrust;
  private final Clock clock;
  private final ThreadPoolExecutor threads;

  /**
   * @param distrust told of the URLs whose files didn't fit: others are to be asked first
   */
  SignatureCheck(Store store, KeyFiles keys, Consumer<URI> distrust, Clock clock) {
    this.store = store;
    this.keys = keys;
    this.distrust = distrust;
    this.clock = clock;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "signatures");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Checks the one that belongs to a generation.
   *
   * @param repomd the file, staged if there is an earlier generation; its signature lies beside it
   * @return fails with an {@link IOException} that says what is wrong, and what to do
   */
  CompletableFuture<Void> require(Repo repo, RepositoryFolder folder, StoredEntry repomd) {
    if (!repo.signatures().required()) {
      return CompletableFuture.completedFuture(null);
    }
    return CompletableFuture.runAsync(
        () -> {
          try {
            check(repo, folder, repomd);
          } catch (IOException fault) {
            throw new CompletionException(fault);
          }
        },
        threads);
  }

  private void check(Repo repo, RepositoryFolder folder, StoredEntry repomd) throws IOException {
    byte[] data =
        bytes(repomd, (int) ReadLimits.LISTING.openBytes())
            .orElseThrow(() -> new IOException("upstream has changed again meanwhile"));
    StoredEntry signature = signature(folder, repomd).orElse(null);
    byte[] signed =
        signature == null
            ? null
            : bytes(signature, SignatureVerifier.MOST_BYTES)
                .orElseThrow(() -> new IOException("upstream has changed again meanwhile"));
    List<URI> uris = repo.keyUris(folder.path());
    KeyFiles.Found found = keys.find(repo, uris, false);
    SignatureOutcome outcome =
        SignatureVerifier.verify(data, signed, found.keys(), clock.instant());
    if (outcome.otherKeysMayHelp()) {
      found = keys.find(repo, uris, true);
      outcome = SignatureVerifier.verify(data, signed, found.keys(), clock.instant());
    }
    if (!outcome.isGood()) {
      if (!repomd.key().repo().isArea()) {
        // A staged one is only the next; there the others are asked in any case.
        distrust(repomd);
        distrust(signature);
      }
      throw new Assembly.Incomplete(complaint(repo, folder, outcome, found.faults()));
    }
  }

  /** The one that has come with it; the one before is as good if it is of these bytes. */
  private Optional<StoredEntry> signature(RepositoryFolder folder, StoredEntry repomd) {
    EntryKey live = Folders.signature(folder);
    Optional<StoredEntry> staged =
        repomd.key().repo().isArea()
            ? store.find(Folders.staged(live), clock.instant())
            : Optional.empty();
    return staged.or(() -> store.find(live, clock.instant()));
  }

  private void distrust(@Nullable StoredEntry entry) {
    if (entry != null && entry.source() != null) {
      distrust.accept(entry.source());
    }
  }

  private static String complaint(
      Repo repo, RepositoryFolder folder, SignatureOutcome outcome, List<String> faults) {
    StringBuilder text =
        new StringBuilder("repo '")
            .append(repo.id())
            .append("': ")
            .append(Folders.signature(folder))
            .append(' ')
            .append(outcome.detail());
    faults.forEach(fault -> text.append("; ").append(fault));
    return text.append("; ").append(advice(outcome.verdict())).toString();
  }

  private static String advice(Verdict verdict) {
    return switch (verdict) {
      case UNKNOWN_KEY, KEY_EXPIRED, KEY_REVOKED, KEY_UNFIT ->
          "if that key is to be believed, name where its current file is in gpgkey";
      case MISSING -> "if this repository isn't signed, say repo_gpgcheck = 0 in its section";
      case BAD, MALFORMED, SIGNATURE_EXPIRED, WEAK ->
          "upstream has to sign it anew; until then nothing of it is believed";
      case GOOD -> "";
    };
  }

  /** Of a file; one byte more than the most if it holds more. */
  private Optional<byte[]> bytes(StoredEntry entry, int most) throws IOException {
    Optional<FileChannel> file = store.openFile(entry);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = Channels.newInputStream(file.get())) {
      return Optional.of(in.readNBytes(most + 1));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
