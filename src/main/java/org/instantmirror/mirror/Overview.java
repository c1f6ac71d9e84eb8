package org.instantmirror.mirror;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.PrefetchSettings;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.usage.DailyBudget;
import org.jspecify.annotations.Nullable;

/**
 * What there is: repositories and how they are doing, and stored files. A pure look. Thread-safe.
 */
public final class Overview {

  private final Supplier<View> views;
  private final Mirror.Parts parts;

  /**
   * @param views what is configured at the moment
   */
  public Overview(Mirror mirror, Supplier<View> views) {
    this.parts = mirror.parts();
    this.views = views;
  }

  /**
   * The repositories.
   *
   * @param all those built-in ones, too, that nobody has used yet
   * @param shown others are left out
   */
  public List<RepoStanding> repos(boolean all, Predicate<Repo> shown) {
    View view = views.get();
    Config config = view.config();
    Instant now = parts.clock().instant();
    KnownGenerations generations = parts.generations().look();
    List<RepoStanding> standings = new ArrayList<>();
    for (Repo repo : config.served().values().stream().filter(shown).toList()) {
      Optional<UpstreamPool> pool = Optional.ofNullable(view.pools().get(repo.id()));
      RepoStanding standing =
          new RepoStanding(
              repo,
              config.profiles().contains(repo.id()),
              pool.map(each -> each.configured(now)).orElse(List.of()),
              pool.map(each -> each.lists(now)).orElse(List.of()),
              generations.standings(repo.id()));
      if (all || !standing.builtIn() || isUsed(standing)) {
        standings.add(standing);
      }
    }
    return standings;
  }

  private boolean isUsed(RepoStanding standing) {
    return !standing.lists().isEmpty()
        || !standing.folders().isEmpty()
        || parts.store().walk(standing.repo().id(), "", null).hasNext();
  }

  /**
   * How fetching before clients ask stands.
   *
   * @param spent today
   * @param open whether it is the time for it
   * @param runs the last one of each folder
   */
  public record PrefetchStanding(
      PrefetchSettings settings,
      DailyBudget spent,
      boolean open,
      List<PrefetchRun.Standing> runs) {}

  /**
   * The same now.
   *
   * @param shown other repositories are left out
   */
  public PrefetchStanding prefetch(Predicate<Repo> shown) {
    Map<RepoId, Repo> repos = views.get().config().served();
    Prefetch prefetch = parts.prefetch();
    List<PrefetchRun.Standing> runs =
        prefetch.runs().stream()
            .map(PrefetchRun::standing)
            .filter(
                run -> {
                  Repo repo = repos.get(run.begin().folder().repo());
                  return repo != null && shown.test(repo);
                })
            .sorted(Comparator.comparing(run -> run.begin().folder().toString()))
            .toList();
    return new PrefetchStanding(prefetch.settings(), prefetch.spent(), prefetch.isOpen(), runs);
  }

  /**
   * The stored files of a repository, folder by folder, each folder's by their names; lazily.
   *
   * @param prefix what their paths begin with
   * @param after only those behind that path; null for all
   * @throws IllegalArgumentException if {@code prefix} or {@code after} can't be of a path
   */
  public Stream<StoredEntry> entries(RepoId repo, String prefix, @Nullable String after) {
    Instant now = parts.clock().instant();
    Iterator<EntryKey> walk = parts.store().walk(repo, prefix, after);
    Iterable<EntryKey> keys = () -> walk;
    return StreamSupport.stream(keys.spliterator(), false)
        .flatMap(key -> parts.store().peek(key, now).stream());
  }
}
