package org.instantmirror.mirror;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.ListedPackage;
import org.instantmirror.store.PackageIndex;

/** The generations as they are, for who looks and changes nothing. Thread-safe. */
final class KnownGenerations {

  private final GenerationRecords records;
  private final Set<RepositoryFolder> assembling;
  private final Setbacks setbacks;
  private final PackageIndex packages;

  /**
   * @param assembling where one is being assembled
   */
  KnownGenerations(
      GenerationRecords records,
      Set<RepositoryFolder> assembling,
      Setbacks setbacks,
      PackageIndex packages) {
    this.records = records;
    this.assembling = assembling;
    this.setbacks = setbacks;
    this.packages = packages;
  }

  /** How the folders of a repository are doing, by their paths. */
  List<FolderStanding> standings(RepoId repo) {
    Set<RepositoryFolder> folders = new HashSet<>(records.folders());
    folders.addAll(assembling);
    folders.addAll(setbacks.complainedOf());
    return folders.stream()
        .filter(folder -> folder.repo().equals(repo))
        .sorted(Comparator.comparing(RepositoryFolder::path))
        .map(this::standing)
        .toList();
  }

  private FolderStanding standing(RepositoryFolder folder) {
    List<FolderStanding.Kept> generations =
        records.of(folder).stream()
            .map(
                each ->
                    new FolderStanding.Kept(
                        each.number(),
                        each.revision(),
                        packages.count(folder, each.number()),
                        each.since()))
            .toList();
    return new FolderStanding(
        folder, generations, assembling.contains(folder), setbacks.complaint(folder).orElse(null));
  }

  /** Which generations list a file; live ones first, the latest first. */
  List<Listing> listings(EntryKey key) {
    List<Listing> found = new ArrayList<>();
    Folders.ofRepodata(key).ifPresent(folder -> ofRepodata(folder, key).forEach(found::add));
    for (ListedPackage entry : packages.find(key)) {
      if (entry.checksum() != null) {
        ListedFile file = new ListedFile(entry.checksum(), entry.size());
        ofNumber(entry.folder(), entry.generation(), file).forEach(found::add);
      }
    }
    found.sort(
        Comparator.comparing(Listing::live)
            .thenComparing(Listing::generation)
            .reversed()
            .thenComparing(listing -> listing.folder().path()));
    return found;
  }

  private Stream<Listing> ofRepodata(RepositoryFolder folder, EntryKey key) {
    return records.of(folder).stream()
        .filter(generation -> generation.listed().containsKey(key))
        .flatMap(
            generation ->
                ofNumber(
                    folder,
                    generation.number(),
                    java.util.Objects.requireNonNull(generation.listed().get(key))));
  }

  private Stream<Listing> ofNumber(RepositoryFolder folder, long number, ListedFile file) {
    List<Generation> all = records.of(folder);
    return all.stream()
        .filter(generation -> generation.number() == number)
        .map(
            generation ->
                new Listing(
                    folder, number, all.get(0).number() == number, generation.since(), file));
  }
}
