package org.instantmirror.mirror;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.instantmirror.download.Order;
import org.instantmirror.mirror.WarmJob.File;
import org.instantmirror.mirror.WarmJob.Plan;
import org.instantmirror.mirror.WarmJob.Request;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.RequestPath;
import org.instantmirror.repodata.CompsReader;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.PackageGroup;
import org.instantmirror.repodata.PackageNeeds;
import org.instantmirror.repodata.PrimaryReader;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.ListedPackage;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.usage.PackageCatalog;
import org.instantmirror.usage.PackageClosure;
import org.instantmirror.usage.WarmWish;

/**
 * Finds the files that a list means, by what repodata says of the live generations. It waits for
 * metadata that isn't here, so it is for a thread of its own.
 */
final class WarmPlanner {

  /** For a repository that nobody has asked for yet. */
  private static final int MOST_WAIT_SECONDS = 300;

  private final Store store;
  private final Generations generations;
  private final Repositories repositories;
  private final Function<Order, CompletableFuture<Void>> obtain;
  private final Clock clock;
  private final Map<RepositoryFolder, CompletableFuture<Void>> awaited = new ConcurrentHashMap<>();

  /**
   * @param obtain has a file downloaded; completed when that has ended, however
   */
  WarmPlanner(
      Store store,
      Generations generations,
      Repositories repositories,
      Function<Order, CompletableFuture<Void>> obtain,
      Clock clock) {
    this.store = store;
    this.generations = generations;
    this.repositories = repositories;
    this.obtain = obtain;
    this.clock = clock;
  }

  /** A generation is live: whoever waits for it goes on. */
  void wentLive(Generation generation) {
    CompletableFuture<Void> waiting = awaited.get(generation.folder());
    if (waiting != null) {
      waiting.complete(null);
    }
  }

  /**
   * What is to be done.
   *
   * @throws IOException with a sentence if it can't be found out
   */
  Plan plan(Request request) throws IOException, InterruptedException {
    Set<RepositoryFolder> folders = new LinkedHashSet<>();
    for (String each : request.repos()) {
      folders.addAll(folders(each));
    }
    Map<RepositoryFolder, Generation> live = new HashMap<>();
    for (RepositoryFolder folder : folders) {
      Generation generation = generations.records().live(folder);
      if (generation == null) {
        throw new IOException(folder + " has just lost its generation; try again");
      }
      live.put(folder, generation);
    }
    PackageCatalog catalog = new PackageCatalog();
    for (RepositoryFolder folder : folders) {
      eachPackage(
          repo(folder),
          of(live, folder),
          (key, found) -> catalog.add(key, found, request.dependencies()));
    }
    if (request.dependencies()) {
      for (RepositoryFolder folder : folders) {
        eachPackage(repo(folder), of(live, folder), (key, found) -> catalog.addProviders(found));
      }
    }
    List<PackageGroup> groups = new ArrayList<>();
    if (request.wishes().stream().anyMatch(wish -> wish instanceof WarmWish.Group)) {
      for (RepositoryFolder folder : folders) {
        groups.addAll(groups(repo(folder), of(live, folder)));
      }
    }
    PackageClosure.Result result = new PackageClosure(catalog, groups).of(request.wishes());
    return plan(List.copyOf(folders), live, result);
  }

  private static Generation of(Map<RepositoryFolder, Generation> live, RepositoryFolder folder) {
    return java.util.Objects.requireNonNull(live.get(folder));
  }

  private Plan plan(
      List<RepositoryFolder> folders,
      Map<RepositoryFolder, Generation> live,
      PackageClosure.Result result) {
    List<File> files = new ArrayList<>();
    int here = 0;
    for (EntryKey key : result.packages()) {
      Optional<ListedFile> listed = listed(key, live);
      boolean stored =
          listed.isPresent()
              ? PrefetchCandidates.isHere(store, key, listed.get(), clock.instant())
              : store.peek(key, clock.instant()).isPresent();
      if (stored) {
        here++;
      } else {
        files.add(new File(key, listed.map(ListedFile::size).orElse(-1L)));
      }
    }
    return new Plan(folders, files, here, result.notFound(), result.unsatisfied());
  }

  private Optional<ListedFile> listed(EntryKey key, Map<RepositoryFolder, Generation> live) {
    for (ListedPackage each : store.packages().find(key)) {
      Generation generation = live.get(each.folder());
      if (generation != null
          && generation.number() == each.generation()
          && each.checksum() != null) {
        return Optional.of(new ListedFile(each.checksum(), each.size()));
      }
    }
    return Optional.empty();
  }

  private Repo repo(RepositoryFolder folder) throws IOException {
    return repositories
        .repo(folder.repo())
        .orElseThrow(() -> new IOException("there is no repository '" + folder.repo() + "'"));
  }

  /** The repositories that are meant; what nobody has asked for yet is fetched. */
  private List<RepositoryFolder> folders(String target) throws IOException, InterruptedException {
    int slash = target.indexOf('/');
    String id = slash < 0 ? target : target.substring(0, slash);
    String path = (slash < 0 ? "" : target.substring(slash + 1)).replaceFirst("/+$", "");
    if (!RepoId.isValid(id) || (!path.isEmpty() && !RequestPath.isSafe(path))) {
      throw new IOException("there is no repository '" + target + "'");
    }
    RepositoryFolder named = new RepositoryFolder(new RepoId(id), path);
    Repo repo = repo(named);
    List<RepositoryFolder> known =
        generations.records().folders().stream()
            .filter(
                folder ->
                    folder.repo().equals(repo.id())
                        && (path.isEmpty()
                            || folder.path().equals(path)
                            || folder.path().startsWith(path + "/")))
            .sorted(java.util.Comparator.comparing(RepositoryFolder::path))
            .toList();
    if (known.isEmpty()) {
      begin(repo, named);
      return List.of(named);
    }
    return known;
  }

  private void begin(Repo repo, RepositoryFolder folder) throws IOException, InterruptedException {
    EntryKey repomd = Folders.repomd(folder);
    if (repo.pathBelowBase(repomd.path()).isEmpty()) {
      throw new IOException(
          "'"
              + folder
              + "' is no repository of which something is known; its path needs "
              + String.join(", ", repo.variables()));
    }
    if (!repo.lifetimes().trustRepodata()) {
      throw new IOException("of '" + repo.id() + "' nothing is known: trust_repodata is off");
    }
    CompletableFuture<Void> live =
        awaited.computeIfAbsent(folder, same -> new CompletableFuture<>());
    try {
      Order order = new Order(repo, repomd, FileClass.METADATA, false, null);
      await(obtain.apply(order), repomd);
      if (store.find(repomd, clock.instant()).isEmpty()) {
        throw new IOException(repomd + " can't be had");
      }
      generations.asked(order);
      if (generations.records().live(folder) == null) {
        await(live, repomd);
      }
    } finally {
      awaited.remove(folder);
    }
  }

  private static void await(CompletableFuture<Void> event, EntryKey key)
      throws IOException, InterruptedException {
    try {
      event.get(MOST_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException(key + " and what it names haven't come in time", e);
    } catch (ExecutionException e) {
      throw new IOException(key + " can't be had", e);
    }
  }

  /** Takes a package of a repository, with the key of its file. */
  private interface PackageTaker {
    void take(EntryKey key, PackageNeeds found);
  }

  private void eachPackage(Repo repo, Generation generation, PackageTaker taker)
      throws IOException, InterruptedException {
    Generation.Part part =
        generation
            .primary()
            .orElseThrow(() -> new IOException(generation.folder() + " has no primary.xml"));
    RepositoryFolder folder = generation.folder();
    open(
        repo,
        part,
        in ->
            PrimaryReader.readNeeds(
                in,
                part.key().path(),
                ReadLimits.DISTRIBUTION,
                found ->
                    folder
                        .entry(found.entry().location())
                        .ifPresent(key -> taker.take(key, found))));
  }

  private List<PackageGroup> groups(Repo repo, Generation generation)
      throws IOException, InterruptedException {
    List<PackageGroup> groups = new ArrayList<>();
    Optional<Generation.Part> part =
        generation.parts().stream()
            .filter(each -> each.type().equals("group") || each.type().equals("group_gz"))
            .findFirst();
    if (part.isPresent()) {
      String name = part.get().key().path();
      open(
          repo, part.get(), in -> CompsReader.read(in, name, ReadLimits.DISTRIBUTION, groups::add));
    }
    return groups;
  }

  /** Reads a stored file. */
  private interface Reading {
    int from(InputStream in) throws IOException;
  }

  private void open(Repo repo, Generation.Part part, Reading reading)
      throws IOException, InterruptedException {
    Optional<StoredEntry> stored = store.find(part.key(), clock.instant());
    if (stored.isEmpty()) {
      ListedFile listed = part.listed().orElse(null);
      await(
          obtain.apply(new Order(repo, part.key(), FileClass.METADATA, false, listed)), part.key());
      stored = store.find(part.key(), clock.instant());
    }
    StoredEntry entry = stored.orElseThrow(() -> new IOException(part.key() + " can't be had"));
    try (FileChannel file =
        store
            .openFile(entry)
            .orElseThrow(() -> new IOException(part.key() + " was replaced; try again"))) {
      reading.from(new BufferedInputStream(Channels.newInputStream(file)));
    }
  }
}
