package org.instantmirror.mirror;

import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.usage.WarmWish;
import org.jspecify.annotations.Nullable;

/** One list that is being fetched before a client asks. Thread-safe. */
public final class WarmJob {

  private final String id;
  private final Request request;
  private final Instant began;
  private final CompletableFuture<Void> planned = new CompletableFuture<>();

  // Guarded by this.
  private Phase phase = Phase.PLANNING;
  private Plan plan = new Plan(List.of(), List.of(), 0, List.of(), List.of());
  private final Map<EntryKey, FileState> files = new LinkedHashMap<>();
  private final Map<FileState, Integer> states = new EnumMap<>(FileState.class);
  private long fetchedBytes;
  private @Nullable String fault;

  /**
   * What is asked for.
   *
   * @param repos ids of repositories, with a folder behind a slash or without one
   * @param wishes what of them
   * @param dependencies whether also what these packages need
   */
  public record Request(List<String> repos, List<WarmWish> wishes, boolean dependencies) {}

  /** How far it is. */
  public enum Phase {
    /** It reads what repodata says. */
    PLANNING,
    FETCHING,
    DONE,
    /** It can't be done; the fault says why. */
    FAILED
  }

  /** What has come of a file. */
  public enum FileState {
    WAITING,
    FETCHING,
    FETCHED,
    FAILED
  }

  /**
   * A file that is to be fetched.
   *
   * @param size in bytes, or -1
   */
  public record File(EntryKey key, long size) {}

  /**
   * What is to be done.
   *
   * @param folders the repositories that were looked at
   * @param files those that aren't here
   * @param here how many are
   * @param notFound wishes that nothing fits
   * @param unsatisfied what packages need and nobody there provides
   */
  public record Plan(
      List<RepositoryFolder> folders,
      List<File> files,
      int here,
      List<String> notFound,
      List<String> unsatisfied) {}

  /**
   * How it stands.
   *
   * @param files of the plan, with what has come of them
   * @param fault why it failed; null if it didn't
   */
  public record Standing(
      String id,
      Instant began,
      Phase phase,
      Plan plan,
      Map<EntryKey, FileState> files,
      Map<FileState, Integer> states,
      long fetchedBytes,
      @Nullable String fault) {}

  WarmJob(String id, Request request, Instant began) {
    this.id = id;
    this.request = request;
    this.began = began;
  }

  /** What it is known by. */
  public String id() {
    return id;
  }

  Request request() {
    return request;
  }

  /** Completed when it is known what is to be done, or that it can't be. */
  public CompletableFuture<Void> planned() {
    return planned.copy();
  }

  void plan(Plan made) {
    synchronized (this) {
      plan = made;
      phase = made.files.isEmpty() ? Phase.DONE : Phase.FETCHING;
      made.files.forEach(file -> files.put(file.key, FileState.WAITING));
      if (!files.isEmpty()) {
        states.put(FileState.WAITING, files.size());
      }
    }
    planned.complete(null);
  }

  void fail(String why) {
    synchronized (this) {
      phase = Phase.FAILED;
      fault = why;
    }
    planned.complete(null);
  }

  synchronized void change(File file, FileState to) {
    FileState before = files.put(file.key, to);
    if (before != null) {
      states.merge(before, -1, (a, b) -> a + b <= 0 ? null : a + b);
    }
    states.merge(to, 1, Integer::sum);
    if (to == FileState.FETCHED) {
      fetchedBytes += Math.max(0, file.size);
    }
    boolean ended =
        !states.containsKey(FileState.WAITING) && !states.containsKey(FileState.FETCHING);
    phase = ended ? Phase.DONE : Phase.FETCHING;
  }

  synchronized boolean hasEnded() {
    return phase == Phase.DONE || phase == Phase.FAILED;
  }

  /** How it stands now. */
  public synchronized Standing standing() {
    return new Standing(
        id,
        began,
        phase,
        plan,
        new LinkedHashMap<>(files),
        new EnumMap<>(states),
        fetchedBytes,
        fault);
  }
}
