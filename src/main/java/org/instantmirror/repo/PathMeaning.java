package org.instantmirror.repo;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a path below {@code /mirror/} stands for. */
public sealed interface PathMeaning {

  /** Of which repository; empty for {@link UnknownRepo}. */
  Optional<Repo> configured();

  /** There is no such repository. */
  record UnknownRepo(String id) implements PathMeaning {
    @Override
    public Optional<Repo> configured() {
      return Optional.empty();
    }
  }

  /** A repository without the slash that names its folder. */
  record Bare(Repo repo) implements PathMeaning {
    @Override
    public Optional<Repo> configured() {
      return Optional.of(repo);
    }
  }

  /** The leading segments that stand for variables are missing, or can't be their values. */
  record Incomplete(Repo repo) implements PathMeaning {
    @Override
    public Optional<Repo> configured() {
      return Optional.of(repo);
    }

    /** In a sentence. */
    public String message() {
      return "The path of this repository begins with values for "
          + String.join("/", repo.variables().stream().map(name -> "$" + name).toList())
          + ".";
    }
  }

  /**
   * A file or folder of a repository.
   *
   * @param path decoded, relative; may be empty or end with a slash
   * @param below the same below the base URL
   * @param verdict what it is, and by which rule
   * @param key null for {@link FileClass#OTHER}
   */
  record Entry(
      Repo repo, String path, String below, Classifier.Verdict verdict, @Nullable EntryKey key)
      implements PathMeaning {

    @Override
    public Optional<Repo> configured() {
      return Optional.of(repo);
    }

    /** What it is. */
    public FileClass fileClass() {
      return verdict.fileClass();
    }
  }

  /** Reads paths for a set of repositories. Immutable. */
  final class Reader {
    private final Map<String, Repo> repos;

    /** Of these repositories. */
    public Reader(Map<RepoId, Repo> repos) {
      this(repos.values().stream());
    }

    private Reader(Stream<Repo> some) {
      this.repos = some.collect(Collectors.toUnmodifiableMap(repo -> repo.id().value(), r -> r));
    }

    /** One that knows only these of them. */
    public Reader only(Predicate<Repo> which) {
      return new Reader(repos.values().stream().filter(which));
    }

    /** The repository of that name. */
    public Optional<Repo> repo(String id) {
      return Optional.ofNullable(repos.get(id));
    }

    /**
     * What a path stands for.
     *
     * @param path decoded as by {@link RequestPath#decode}, without {@code /mirror/}
     * @param asked whether a query follows it: that belongs to what is none of our business
     */
    public PathMeaning read(String path, boolean asked) {
      int slash = path.indexOf('/');
      String id = slash < 0 ? path : path.substring(0, slash);
      Repo repo = repos.get(id);
      if (repo == null) {
        return new UnknownRepo(id);
      }
      return slash < 0 ? new Bare(repo) : entry(repo, path.substring(slash + 1), asked);
    }

    private static PathMeaning entry(Repo repo, String path, boolean asked) {
      Optional<String> below = repo.pathBelowBase(path);
      if (below.isEmpty()) {
        return new Incomplete(repo);
      }
      Classifier.Verdict verdict =
          asked ? Classifier.Verdict.QUERY : repo.classifier().judge(below.get());
      if (verdict.fileClass() != FileClass.OTHER) {
        try {
          return new Entry(repo, path, below.get(), verdict, new EntryKey(repo.id(), path));
        } catch (IllegalArgumentException unstorable) {
          // Upstream may know such a name; we couldn't store it.
          return new Entry(repo, path, below.get(), Classifier.Verdict.UNSTORABLE, null);
        }
      }
      return new Entry(repo, path, below.get(), verdict, null);
    }
  }
}
