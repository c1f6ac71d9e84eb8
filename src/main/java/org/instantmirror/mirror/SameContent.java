package org.instantmirror.mirror;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.instantmirror.download.Order;
import org.instantmirror.download.OtherNames;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.ListedPackage;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * The names that repositories list one content under: packages by the index, files under {@code
 * repodata/} by what is known of generations. Thread-safe; reads the disk.
 */
final class SameContent implements OtherNames {

  /** A noarch package of a distribution has some ten names, and as many in each vault. */
  private static final int MOST = 64;

  private final Store store;
  private final GenerationRecords records;
  private final Repositories repositories;

  SameContent(Store store, GenerationRecords records, Repositories repositories) {
    this.store = store;
    this.records = records;
    this.repositories = repositories;
  }

  /**
   * Another name.
   *
   * @param stored whether the file is there, as far as can be told without reading it
   */
  record Name(EntryKey key, boolean stored) {}

  /** The other names of a file, in no certain order. */
  List<Name> look(EntryKey key, ListedFile content, Instant now) {
    return OtherNames.tells(content)
        ? names(key, content).stream()
            .map(other -> new Name(other, stored(other, content, now).isPresent()))
            .toList()
        : List.of();
  }

  /** The other names, whether anything is stored there or not; no more than are of use. */
  List<EntryKey> names(EntryKey key, ListedFile content) {
    Set<EntryKey> names = new LinkedHashSet<>(store.packages().names(content, MOST));
    if (names.isEmpty()) {
      metadata(content).limit(MOST).forEach(names::add);
    }
    names.remove(key);
    return List.copyOf(names);
  }

  private Stream<EntryKey> metadata(ListedFile content) {
    return records.folders().stream()
        .flatMap(folder -> records.of(folder).stream())
        .flatMap(generation -> generation.listed().entrySet().stream())
        .filter(file -> file.getValue().equals(content))
        .map(Map.Entry::getKey);
  }

  /** Whether a file needn't be fetched, as its content is here under another name. */
  boolean isStored(Repo repo, EntryKey key, ListedFile content, Instant now) {
    return OtherNames.tells(content) && stored(repo, key, content, now).findAny().isPresent();
  }

  private Stream<StoredEntry> stored(Repo repo, EntryKey key, ListedFile content, Instant now) {
    return names(key, content).stream()
        .filter(other -> mayShare(other, repo))
        .flatMap(other -> stored(other, content, now).stream());
  }

  @Override
  public List<StoredEntry> stored(Order order, ListedFile content, Instant now) {
    List<StoredEntry> found = stored(order.repo(), order.key(), content, now).toList();
    Instant time = found.size() > 1 ? fileTime(order.key(), content) : null;
    return time == null ? found : bestFirst(found, content, time);
  }

  /** One that can be linked before others; one that has been verified before those. */
  private static List<StoredEntry> bestFirst(
      List<StoredEntry> found, ListedFile content, Instant time) {
    return found.stream()
        .sorted(
            Comparator.comparing((StoredEntry entry) -> !time.equals(entry.file().modified()))
                .thenComparing(entry -> !content.checksum().equals(entry.checksum())))
        .toList();
  }

  private Optional<StoredEntry> stored(EntryKey key, ListedFile content, Instant now) {
    return store
        .peek(key, now)
        .filter(entry -> content.size() < 0 || entry.file().size() == content.size())
        .filter(
            entry ->
                entry.checksum() == null
                    || entry.checksum().type() != content.checksum().type()
                    || entry.checksum().equals(content.checksum()));
  }

  private boolean mayShare(EntryKey from, Repo to) {
    return repositories.repo(from.repo()).filter(repo -> mayShare(repo, to)).isPresent();
  }

  /**
   * Who may not read a repository gets nothing of it, though he may know its checksums, and even
   * have some repository list them.
   */
  @Override
  public boolean mayShare(Repo from, Repo to) {
    return from.id().equals(to.id()) || from.access().isOpen() || from.access().equals(to.access());
  }

  @Override
  public @Nullable Instant fileTime(EntryKey key, ListedFile content) {
    return store.packages().find(Folders.live(key)).stream()
        .filter(listed -> content.checksum().equals(listed.checksum()))
        .map(ListedPackage::fileTime)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }
}
