package org.instantmirror.mirror;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.Repomd;
import org.instantmirror.repodata.RepomdPart;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.FileIdentity;
import org.jspecify.annotations.Nullable;

/**
 * A generation of a repository that is known by its {@code repomd.xml}, and its packages by the
 * package index.
 *
 * @param number its number there; a later one has a higher number
 * @param tops {@code repomd.xml}, and what was staged with it, by their names in the tree: which
 *     files these are, wherever they lie. Empty for one that is only kept
 * @param parts the files that it names, in its order
 * @param listed the same by name, as far as they have a checksum that we know
 * @param since when it went live
 * @param revision as the file gives it; null if it doesn't
 */
record Generation(
    RepositoryFolder folder,
    long number,
    Map<EntryKey, FileIdentity> tops,
    List<Part> parts,
    Map<EntryKey, ListedFile> listed,
    Instant since,
    @Nullable String revision) {

  /**
   * A file under {@code repodata/}.
   *
   * @param listed what it must be; empty if there is no checksum that we know
   */
  record Part(String type, EntryKey key, Optional<ListedFile> listed) {}

  /** What a {@code repomd.xml} says. */
  static Generation of(RepositoryFolder folder, long number, Repomd repomd, Instant since) {
    List<Part> parts =
        repomd.parts().stream()
            .flatMap(
                part ->
                    folder
                        .entry(part.location())
                        .map(key -> new Part(part.type(), key, listed(part)))
                        .stream())
            .toList();
    Map<EntryKey, ListedFile> listed = new HashMap<>();
    parts.forEach(part -> part.listed().ifPresent(file -> listed.put(part.key(), file)));
    return new Generation(
        folder, number, Map.of(), parts, Map.copyOf(listed), since, repomd.revision());
  }

  private static Optional<ListedFile> listed(RepomdPart part) {
    return Optional.ofNullable(part.checksum())
        .map(checksum -> new ListedFile(checksum, part.size()));
  }

  /** The same, whose {@code repomd.xml} and its companions are those files. */
  Generation with(Map<EntryKey, FileIdentity> files) {
    return new Generation(folder, number, Map.copyOf(files), parts, listed, since, revision);
  }

  /** Whether that file is its {@code repomd.xml}. */
  boolean isOf(FileIdentity repomd) {
    return repomd.equals(tops.get(Folders.repomd(folder)));
  }

  /** The file that lists the packages, if there is one that can be verified. */
  Optional<Part> primary() {
    return parts.stream()
        .filter(part -> part.type().equals("primary") && part.listed().isPresent())
        .findFirst();
  }
}
