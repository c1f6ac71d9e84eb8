package org.instantmirror.upstream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instantmirror.repo.RepoId;

/**
 * What upstreams answered lately, file by file, for who asks why a file is served as it is. Bounded
 * in all; of each file the last few. Thread-safe.
 */
public final class RememberedAnswers {

  /** Of one file. */
  static final int MOST_OF_FILE = 10;

  /** Of all files; those asked for longest ago go first. */
  static final int MOST = 5_000;

  private record File(RepoId repo, String path) {}

  // Both guarded by this; the least recently asked for first.
  private final Map<File, Deque<RememberedAnswer>> byFile = new LinkedHashMap<>(16, 0.75f, true);
  private int size;

  synchronized void record(RepoId repo, String path, RememberedAnswer answer) {
    Deque<RememberedAnswer> answers =
        byFile.computeIfAbsent(new File(repo.configured(), path), any -> new ArrayDeque<>());
    answers.addFirst(answer);
    size++;
    if (answers.size() > MOST_OF_FILE) {
      answers.removeLast();
      size--;
    }
    while (size > MOST) {
      Iterator<Deque<RememberedAnswer>> eldest = byFile.values().iterator();
      size -= eldest.next().size();
      eldest.remove();
    }
  }

  /** The transfer of an answer that was recorded broke. */
  synchronized void broke(RepoId repo, String path, RememberedAnswer answer, String fault) {
    Deque<RememberedAnswer> answers = byFile.get(new File(repo.configured(), path));
    if (answers != null && answers.remove(answer)) {
      answers.addFirst(
          new RememberedAnswer(
              answer.method(),
              answer.uri(),
              answer.finalUri(),
              answer.status(),
              fault,
              answer.at(),
              answer.firstByte()));
    }
  }

  /** What was answered for a file, the latest first. */
  public synchronized List<RememberedAnswer> of(RepoId repo, String path) {
    Deque<RememberedAnswer> answers = byFile.get(new File(repo.configured(), path));
    return answers == null ? List.of() : Collections.unmodifiableList(new ArrayList<>(answers));
  }
}
