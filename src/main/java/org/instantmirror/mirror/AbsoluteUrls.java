package org.instantmirror.mirror;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.Classifier;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.ProxySettings;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.UrlMap;
import org.instantmirror.upstream.PublicAddress;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.UpstreamPool.KnownList;

/**
 * What the absolute URLs stand for that clients of a proxy ask for: by the base URLs of all
 * repositories and by the mirrors that their lists name, as far as these are here. Nothing blocks.
 * Thread-safe.
 */
public final class AbsoluteUrls {

  private final Supplier<View> views;
  private final Clock clock;
  private final Map<Long, CompletableFuture<Void>> coming = new ConcurrentHashMap<>();
  private final AtomicLong prepared = new AtomicLong();
  private volatile Known known;

  /** What a map was made of; lists are compared by identity, which one that holds keeps. */
  private record Known(View view, List<KnownList> lists, UrlMap map) {
    boolean isOf(View viewNow, List<KnownList> now) {
      boolean same = view.equals(viewNow) && lists.size() == now.size();
      for (int i = 0; same && i < now.size(); i++) {
        same = lists.get(i).mirrors() == now.get(i).mirrors();
      }
      return same;
    }
  }

  /** What a URL stands for. */
  public sealed interface Meaning {

    /** A file or folder of a repository, {@link RepoId#PROXY} included. */
    record Found(PathMeaning.Entry entry) implements Meaning {}

    /** Lists of mirrors are being fetched; ask again when they are here, or can't be had. */
    record Awaited(CompletableFuture<Void> lists) implements Meaning {}

    /**
     * Nothing that is connected to.
     *
     * @param why in a sentence
     */
    record Refused(String why) implements Meaning {}
  }

  /** Of the configuration at the moment. */
  public AbsoluteUrls(Supplier<View> views, Clock clock) {
    this.views = views;
    this.clock = clock;
    View view = views.get();
    this.known = new Known(view, List.of(), new UrlMap(repos(view), List.of()));
  }

  private static Collection<Repo> repos(View view) {
    return view.config().repos().values();
  }

  /** Of whom, and from where, absolute URLs are taken at the moment. */
  public ProxySettings settings() {
    return views.get().config().proxy();
  }

  /**
   * What an http URL stands for.
   *
   * @param host a name or address, an IPv6 one in brackets
   * @param path decoded by {@link org.instantmirror.repo.RequestPath#decode}
   * @param asked whether a query follows it
   */
  public Meaning meaning(String host, int port, String path, boolean asked) {
    String name = normal(host);
    Optional<PathMeaning.Entry> mapped = mapped(name, port, path, asked);
    if (mapped.isPresent()) {
      return new Meaning.Found(mapped.get());
    }
    Optional<CompletableFuture<Void>> lists = awaited();
    if (lists.isPresent()) {
      return new Meaning.Awaited(lists.get());
    }
    Optional<String> refusal = refusal(name, port);
    if (refusal.isPresent()) {
      return new Meaning.Refused(refusal.get());
    }
    return other(name, port, path, asked)
        .<Meaning>map(Meaning.Found::new)
        .orElseGet(() -> new Meaning.Refused("That host's name can't be a folder's."));
  }

  /**
   * Whether a URL is one that {@link #meaning} should answer for, being a package's or of metadata:
   * all others are proxied without looking at them.
   *
   * @param path as above
   */
  public boolean isOurs(String host, int port, String path) {
    String name = normal(host);
    Optional<PathMeaning.Entry> mapped = mapped(name, port, path, false);
    if (mapped.isPresent()) {
      return mapped.get().fileClass() != FileClass.OTHER;
    }
    if (refusal(name, port).isPresent()
        || Classifier.BUILT_IN.classify(path.substring(1)) == FileClass.OTHER) {
      return false;
    }
    return awaited().isPresent()
        || other(name, port, path, false)
            .filter(entry -> entry.fileClass() != FileClass.OTHER)
            .isPresent();
  }

  /**
   * What a URL stands for among some of the repositories, as far as lists of mirrors are here: a
   * mere look, which fetches none.
   *
   * @param path as above
   * @return empty if it stands for none of theirs
   */
  Optional<PathMeaning.Entry> known(
      String host, int port, String path, boolean asked, Predicate<Repo> which) {
    return map()
        .path(normal(host) + ":" + port, path, which)
        .flatMap(own -> entry(own, asked))
        .filter(entry -> which.test(entry.repo()));
  }

  /**
   * What the URL of a host that no repository names stands for.
   *
   * @param path as above
   * @return empty if there is nobody whose absolute URLs are answered, or the host isn't connected
   *     to
   */
  Optional<PathMeaning.Entry> strangers(String host, int port, String path, boolean asked) {
    String name = normal(host);
    return settings().isUsed() && refusal(name, port).isEmpty()
        ? other(name, port, path, asked)
        : Optional.empty();
  }

  /**
   * Has a client's list of mirrors fetched for us too: what it asks for next is at one of them.
   *
   * @param url absolute, as the client wrote it
   */
  public void sawRequest(String url) {
    map().foldersOfList(url).forEach(this::prepare);
  }

  /**
   * Why a host isn't connected to, in a sentence; empty if it is, as far as can be told without
   * resolving its name.
   *
   * @param host lower case
   */
  public Optional<String> refusal(String host, int port) {
    ProxySettings settings = settings();
    if (!settings.allowsPort(host, port)) {
      return Optional.of("Port " + port + " isn't connected to: see proxy_ports and proxy_hosts.");
    }
    if (settings.isNamed(host, port)) {
      return Optional.empty();
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    boolean inside =
        PublicAddress.isAmbiguousLiteral(bare)
            || PublicAddress.isLocalName(bare)
            || (PublicAddress.isLiteral(bare) && !PublicAddress.isPublicLiteral(bare));
    return inside
        ? Optional.of("That address is no public one: see proxy_hosts.")
        : Optional.empty();
  }

  private Optional<PathMeaning.Entry> mapped(String host, int port, String path, boolean asked) {
    return map().path(host + ":" + port, path).flatMap(own -> entry(own, asked));
  }

  private Optional<PathMeaning.Entry> other(String host, int port, String path, boolean asked) {
    String folder = port == 80 ? host : host + ":" + port;
    return entry(RepoId.PROXY + "/" + folder + path, asked);
  }

  private Optional<PathMeaning.Entry> entry(String path, boolean asked) {
    return views.get().served().read(path, asked) instanceof PathMeaning.Entry entry
        ? Optional.of(entry)
        : Optional.empty();
  }

  /** The end of fetching the lists that may name a host nobody knows; empty if all are here. */
  private Optional<CompletableFuture<Void>> awaited() {
    map().withOneList().forEach(repo -> prepare(repo, ""));
    CompletableFuture<?>[] now = coming.values().toArray(CompletableFuture[]::new);
    return now.length == 0 ? Optional.empty() : Optional.of(CompletableFuture.allOf(now));
  }

  private void prepare(Repo repo, String folder) {
    UpstreamPool pool = views.get().pools().get(repo.id());
    if (pool != null) {
      pool.prepareMirrors(folder, clock.instant())
          .ifPresent(
              end -> {
                long number = prepared.incrementAndGet();
                coming.put(number, end);
                end.whenComplete((done, fault) -> coming.remove(number));
              });
    }
  }

  private UrlMap map() {
    List<KnownList> lists = new ArrayList<>();
    List<Repo> owners = new ArrayList<>();
    View view = views.get();
    for (Repo repo : repos(view)) {
      UpstreamPool pool = repo.list() == null ? null : view.pools().get(repo.id());
      if (pool != null) {
        for (KnownList list : pool.knownLists()) {
          lists.add(list);
          owners.add(repo);
        }
      }
    }
    Known last = known;
    if (!last.isOf(view, lists)) {
      last = new Known(view, lists, new UrlMap(repos(view), listed(lists, owners)));
      known = last;
    }
    return last.map();
  }

  private static List<UrlMap.Listed> listed(List<KnownList> lists, List<Repo> owners) {
    List<UrlMap.Listed> mirrors = new ArrayList<>();
    for (int i = 0; i < lists.size(); i++) {
      Repo repo = owners.get(i);
      KnownList list = lists.get(i);
      Map<String, String> values =
          Optional.ofNullable(repo.list())
              .flatMap(source -> source.valuesIn(list.uri().toString()))
              .orElse(Map.of());
      for (BaseUrl mirror : list.mirrors()) {
        mirrors.add(new UrlMap.Listed(repo, values, mirror));
      }
    }
    return mirrors;
  }

  /** As {@link BaseUrl#hostAndPort} spells it. */
  private static String normal(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
