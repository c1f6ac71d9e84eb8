package org.instantmirror.mirror;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.instantmirror.download.Attachment;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.Metalink.Version;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client would get as a repository's {@code repomd.xml}, and what it may find elsewhere as
 * well: what metalinks tell. The file is looked at upstream, and fetched, as for a client who asks
 * for it; that client gets the same generation when it does. Thread-safe.
 */
public final class RepomdVersions {

  /** The largest that there are have some 10 kB. */
  private static final long MOST_BYTES = 16L << 20;

  /** How often a file may be replaced while it is looked at. */
  private static final int MOST_ROUNDS = 3;

  private static final Logger LOG = LoggerFactory.getLogger(RepomdVersions.class);

  private final Mirror mirror;
  private final Mirror.Parts parts;

  /**
   * By their numbers, those of generations that were known when somebody last asked. The files of
   * earlier ones don't stay, and nobody needs a version that was never told.
   */
  private final Map<RepositoryFolder, Map<Long, Version>> seen = new ConcurrentHashMap<>();

  /** Of the repositories of that mirror. */
  public RepomdVersions(Mirror mirror) {
    this.mirror = mirror;
    this.parts = mirror.parts();
  }

  /** What is known. */
  public sealed interface Outcome {

    /**
     * It is there.
     *
     * @param current what the client gets
     * @param alternates of other generations that are kept, as far as somebody was told them
     */
    record Known(Version current, List<Version> alternates) implements Outcome {}

    /** There is no such repository upstream. */
    record Missing() implements Outcome {}

    /**
     * It can't be had now.
     *
     * @param status 502, 503 or 504
     * @param message for the client
     */
    record Unavailable(int status, String message) implements Outcome {}
  }

  /**
   * Looks.
   *
   * @param repomd a request for a {@code repomd.xml}
   * @return completed when upstream has answered or the client has waited long enough, never with a
   *     fault
   */
  public CompletableFuture<Outcome> of(MirrorRequest repomd) {
    return of(repomd, 1).exceptionally(RepomdVersions::fault);
  }

  private CompletableFuture<Outcome> of(MirrorRequest repomd, int round) {
    return mirror
        .immediate(repomd)
        .map(CompletableFuture::completedFuture)
        .orElseGet(() -> mirror.answer(repomd))
        .thenCompose(answer -> outcome(repomd, answer, round));
  }

  private CompletableFuture<Outcome> outcome(MirrorRequest repomd, Answer answer, int round) {
    if (answer instanceof Answer.Stored stored) {
      return version(stored.entry())
          .<CompletableFuture<Outcome>>map(
              current ->
                  CompletableFuture.completedFuture(
                      new Outcome.Known(current, alternates(repomd.key(), current))))
          .orElseGet(() -> again(repomd, round));
    } else if (answer instanceof Answer.Streaming streaming) {
      return whenStored(streaming.attachment())
          .thenCompose(ended -> ended ? again(repomd, round) : tooLate());
    } else if (answer instanceof Answer.Missing) {
      return CompletableFuture.completedFuture(new Outcome.Missing());
    } else if (answer instanceof Answer.Unavailable unavailable) {
      return CompletableFuture.completedFuture(
          new Outcome.Unavailable(unavailable.status(), unavailable.message()));
    }
    return CompletableFuture.completedFuture(
        new Outcome.Unavailable(
            503, "repomd.xml can't be stored now, so nobody knows its checksum"));
  }

  /** False if the client has waited long enough. */
  private CompletableFuture<Boolean> whenStored(Attachment attachment) {
    return parts
        .patience()
        .within(attachment.ended().thenApply(ended -> true), false)
        .whenComplete((ended, fault) -> attachment.close());
  }

  private static CompletableFuture<Outcome> tooLate() {
    return CompletableFuture.completedFuture(
        new Outcome.Unavailable(504, "upstream has not sent repomd.xml in time"));
  }

  private CompletableFuture<Outcome> again(MirrorRequest repomd, int round) {
    return round < MOST_ROUNDS
        ? of(repomd, round + 1)
        : CompletableFuture.completedFuture(
            new Outcome.Unavailable(503, "repomd.xml is being changed; try again"));
  }

  private static Outcome fault(Throwable fault) {
    LOG.error("no version of a repomd.xml", fault);
    return new Outcome.Unavailable(503, "an internal fault; try again");
  }

  private List<Version> alternates(EntryKey repomd, Version current) {
    return Folders.ofTop(repomd).map(this::all).orElse(List.of()).stream()
        .filter(version -> !version.checksums().equals(current.checksums()))
        .toList();
  }

  /** Of all generations that are known, the live one first, as far as we have seen them. */
  private List<Version> all(RepositoryFolder folder) {
    Map<Long, @Nullable StoredEntry> files = parts.generations().repomds(folder);
    if (files.isEmpty()) {
      seen.remove(folder);
      return List.of();
    }
    Map<Long, Version> known = seen.computeIfAbsent(folder, unused -> new ConcurrentHashMap<>());
    known.keySet().retainAll(files.keySet());
    files.forEach(
        (number, file) -> {
          if (file != null && !known.containsKey(number)) {
            version(file).ifPresent(version -> known.put(number, version));
          }
        });
    return files.keySet().stream().flatMap(number -> Stream.ofNullable(known.get(number))).toList();
  }

  /** Empty if the file has been replaced since, or can't be read. */
  private Optional<Version> version(StoredEntry entry) {
    long size = entry.file().size();
    if (size > MOST_BYTES) {
      return Optional.empty();
    }
    try {
      Optional<FileChannel> opened = parts.store().openFile(entry);
      if (opened.isEmpty()) {
        return Optional.empty();
      }
      try (FileChannel file = opened.get()) {
        ByteBuffer bytes = ByteBuffer.allocate((int) size);
        while (bytes.hasRemaining() && file.read(bytes) >= 0) {
          // Reads until it is whole.
        }
        return bytes.hasRemaining() ? Optional.empty() : Optional.of(version(entry, bytes.array()));
      }
    } catch (IOException e) {
      LOG.debug("{}", entry.key(), e);
      return Optional.empty();
    }
  }

  private static Version version(StoredEntry entry, byte[] bytes) {
    Instant said = entry.head().lastModified();
    return new Version(
        said == null ? entry.file().modified() : said,
        bytes.length,
        Stream.of(ChecksumType.SHA256, ChecksumType.SHA512)
            .map(type -> checksum(type, bytes))
            .toList());
  }

  private static Checksum checksum(ChecksumType type, byte[] bytes) {
    MessageDigest digest = type.newDigest();
    return Checksum.of(type, digest.digest(bytes));
  }
}
