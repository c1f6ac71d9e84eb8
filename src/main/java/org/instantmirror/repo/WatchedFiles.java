package org.instantmirror.repo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which files were read, and whether somebody has changed them since. Each is looked at just before
 * it is read: a change during the reading is seen as one afterwards. For one thread at a time.
 */
public final class WatchedFiles {

  private final Set<Path> files = new LinkedHashSet<>();
  private final Map<Path, FileLook.Stamp> asRead = new HashMap<>();
  private Optional<FileLook> lastPoll = Optional.empty();

  /** A file or folder is about to be read. */
  public void about(Path file) {
    if (files.add(file)) {
      asRead.putAll(FileLook.at(List.of(file)).stamps());
    }
  }

  /** Which files and folders these are. */
  public List<Path> files() {
    return new ArrayList<>(files);
  }

  /**
   * Whether something has changed and is at rest: two looks in a row show the same, so that who
   * writes several files, or one slowly, isn't caught half-way. To be asked every few seconds.
   */
  public boolean haveChanged() {
    FileLook now = FileLook.at(files);
    boolean settled = lastPoll.filter(now::equals).isPresent();
    lastPoll = Optional.of(now);
    return settled && !now.stamps().equals(asRead);
  }
}
