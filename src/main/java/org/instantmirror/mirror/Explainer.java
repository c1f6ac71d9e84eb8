package org.instantmirror.mirror;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.instantmirror.download.Download;
import org.instantmirror.download.Order;
import org.instantmirror.freshness.Decision.Action;
import org.instantmirror.freshness.Freshness;
import org.instantmirror.mirror.Explanation.Chosen;
import org.instantmirror.mirror.Explanation.Place;
import org.instantmirror.mirror.Explanation.State;
import org.instantmirror.repo.BadPathException;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.RequestPath;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.RememberedAnswers;
import org.instantmirror.upstream.ShownUrl;
import org.instantmirror.upstream.UpstreamPool;
import org.jspecify.annotations.Nullable;

/**
 * Explains what a request for a path would meet, by the same decisions that requests are answered
 * by. It asks no upstream and changes nothing. Thread-safe.
 */
public final class Explainer {

  private static final String MIRROR = "/mirror/";

  private static final Pattern ABSOLUTE =
      Pattern.compile("(?i)(https?)://(?:[^/@]*@)?(\\[[^\\]/]*]|[^:/]*)(?::([0-9]{1,5}))?(/.*)?");

  private final Supplier<View> views;
  private final AbsoluteUrls urls;
  private final RememberedAnswers answers;
  private final Store store;
  private final Lookup lookup;
  private final SameContent names;
  private final NegativeAnswers negatives;
  private final Generations generations;
  private final Mirror.Parts parts;
  private final Clock clock;

  /**
   * @param views what is configured at the moment
   */
  public Explainer(
      Mirror mirror, Supplier<View> views, AbsoluteUrls urls, RememberedAnswers answers) {
    this.views = views;
    this.urls = urls;
    this.answers = answers;
    this.parts = mirror.parts();
    this.store = parts.store();
    this.lookup = parts.lookup();
    this.names = parts.names();
    this.negatives = parts.negatives();
    this.generations = parts.generations();
    this.clock = parts.clock();
  }

  /**
   * Explains a path.
   *
   * @param url a URL of this mirror, its path ({@code /mirror/fedora/…}) or what follows that
   *     ({@code fedora/…}), or an upstream's URL, which is explained as what it stands for to the
   *     clients of the proxy; percent-encoded, as a client would send it
   * @param shown other repositories are told of as if they didn't exist
   */
  public Explanation explain(String url, Predicate<Repo> shown) {
    View view = views.get();
    String asked = ShownUrl.inText(url);
    String target = url.replaceFirst("#.*", "");
    int query = target.indexOf('?');
    String path = path(query < 0 ? target : target.substring(0, query));
    String decoded;
    try {
      // As containers give it: each char a byte.
      decoded =
          RequestPath.decode(
              new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    } catch (BadPathException e) {
      return none(
          asked,
          "refused",
          String.valueOf(e.getMessage()),
          new Chosen("refuse", "bad-path", "The request is refused: " + e.getMessage() + "."));
    }
    PathMeaning.Reader paths = view.paths().only(shown);
    int mirror = decoded.indexOf(MIRROR);
    PathMeaning own =
        mirror < 0 ? null : paths.read(decoded.substring(mirror + MIRROR.length()), query >= 0);
    Optional<PathMeaning.Entry> upstreams = upstreams(target, decoded, query >= 0, own, shown);
    if (upstreams.isPresent()) {
      return explain(asked, upstreams.get(), view, shown);
    }
    if (own == null) {
      return none(
          asked,
          "elsewhere",
          "it doesn't lie below " + MIRROR,
          new Chosen("refuse", "elsewhere", "It is none of the mirror's paths."));
    }
    return explain(asked, own, view, shown);
  }

  /**
   * What the URL of an upstream, or of a mirror that a list names, stands for; that of a host that
   * no repository names only where it can't be the mirror's own.
   *
   * @param path decoded
   * @param own what it would stand for as a path of the mirror's; null for none
   */
  private Optional<PathMeaning.Entry> upstreams(
      String url, String path, boolean asked, @Nullable PathMeaning own, Predicate<Repo> shown) {
    Matcher parts = ABSOLUTE.matcher(url);
    if (!parts.matches()) {
      return Optional.empty();
    }
    boolean secure = parts.group(1).equalsIgnoreCase("https");
    int usual = secure ? 443 : 80;
    int port = parts.group(3) == null ? usual : Integer.parseInt(parts.group(3));
    String host = parts.group(2);
    Optional<PathMeaning.Entry> known = urls.known(host, port, path, asked, shown);
    boolean ours = own != null && !(own instanceof PathMeaning.UnknownRepo);
    // What comes over https comes through a tunnel, and nobody sees it.
    return known.isPresent() || ours || secure
        ? known
        : urls.strangers(host, port, path, asked).filter(entry -> shown.test(entry.repo()));
  }

  private static String path(String target) {
    if (target.regionMatches(true, 0, "http://", 0, 7)
        || target.regionMatches(true, 0, "https://", 0, 8)) {
      int slash = target.indexOf('/', target.indexOf("//") + 2);
      return slash < 0 ? "/" : target.substring(slash);
    }
    return target.startsWith("/") ? target : MIRROR + target;
  }

  private Explanation explain(String asked, PathMeaning meaning, View view, Predicate<Repo> shown) {
    if (meaning instanceof PathMeaning.UnknownRepo unknown) {
      return none(
          asked,
          "unknown-repository",
          "no repository has the id '" + unknown.id() + "'",
          new Chosen("answer-404", "unknown-repository", "There is no repository of that name."));
    }
    if (meaning instanceof PathMeaning.Bare bare) {
      return none(
          asked,
          "other",
          "a repository's folder without its slash",
          new Chosen(
              "redirect", "bare", "The client is sent to " + MIRROR + bare.repo().id() + "/."));
    }
    if (meaning instanceof PathMeaning.Incomplete incomplete) {
      return none(
          asked,
          "incomplete",
          "values of the repository's variables are missing, or unfit",
          new Chosen("answer-404", "incomplete", incomplete.message()));
    }
    return explain(asked, (PathMeaning.Entry) meaning, view, shown);
  }

  private static Explanation none(String asked, String kind, String rule, Chosen chosen) {
    return new Explanation(asked, kind, rule, chosen, null, null, List.of(), List.of());
  }

  private Explanation explain(
      String asked, PathMeaning.Entry entry, View view, Predicate<Repo> shown) {
    Instant now = clock.instant();
    Repo repo = entry.repo();
    EntryKey key = entry.key();
    UpstreamPool pool = view.pools().get(repo.id());
    List<Explanation.Source> upstreams =
        pool == null
            ? List.of()
            : pool.standings(entry.path(), now).stream()
                .map(each -> source(pool, each, entry.path()))
                .toList();
    Order order = key == null ? null : new Order(repo, key, entry.fileClass(), false, null);
    return new Explanation(
        asked,
        entry.fileClass().name().toLowerCase(Locale.ROOT),
        entry.verdict().rule(),
        order == null ? passedThrough(entry.verdict().rule()) : chosen(order, now),
        new Place(repo.id(), entry.path(), entry.below()),
        order == null ? null : state(order, view, shown, now),
        upstreams,
        answers.of(repo.id(), entry.path()));
  }

  private static Explanation.Source source(
      UpstreamPool pool, org.instantmirror.upstream.Standing standing, String path) {
    return new Explanation.Source(pool.uri(standing.upstream(), path), standing);
  }

  private static Chosen passedThrough(String why) {
    return new Chosen(
        "pass-through",
        "not-ours",
        "It is passed through from upstream and not stored: " + why + ".");
  }

  private Chosen chosen(Order order, Instant now) {
    Lookup.Found found = lookup.look(order, now);
    StoredEntry stored = store.peek(order.key(), now).orElse(null);
    Optional<Generation> live = generations.records().liveOf(order.key());
    if (live.isPresent() && stored != null && stored.mayBeServedUnchecked()) {
      // What stands for a repository is decided together, by its repomd.xml.
      Order repomd = order.of(Folders.repomd(live.get().folder()));
      Lookup.Found top = lookup.look(repomd, now);
      return chosen(repomd, top, store.peek(repomd.key(), now).orElse(null), now);
    }
    return chosen(order, found, stored, now);
  }

  private Chosen chosen(
      Order order, Lookup.Found found, @Nullable StoredEntry stored, Instant now) {
    if (found.knownMissing()) {
      return new Chosen(
          "answer-404",
          "negative-answer",
          "Upstream has just said that there is no such file: that is repeated for a while.");
    }
    if (found.stored() == null && lookup.isUnshared(order, now)) {
      return new Chosen(
          "pass-through",
          "not-shared",
          "Upstream has just said that it is for each client by itself: it is passed through.");
    }
    if (parts.running(order.key()).isPresent() && found.decision().action() != Action.SERVE) {
      return chosen(found, "Its download is running: the client joins that.");
    }
    Optional<String> fault = store.fault();
    if (found.stored() == null && fault.isPresent()) {
      return new Chosen(
          "pass-through",
          "not-storable",
          "Nothing can be stored now, so that it is passed through: " + fault.get());
    }
    ListedFile content = found.listed();
    if (found.decision().action() == Action.FETCH
        && content != null
        && names.isStored(order.repo(), order.key(), content, now)) {
      return new Chosen(
          "link",
          "same-content",
          "The same bytes are here under another name: they are linked or copied, and served"
              + " without asking upstream.");
    }
    return chosen(found, DecisionSentence.of(order, found, stored, now));
  }

  private static Chosen chosen(Lookup.Found found, String sentence) {
    return new Chosen(word(found.decision().action()), word(found.decision().reason()), sentence);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private State state(Order order, View view, Predicate<Repo> shown, Instant now) {
    EntryKey key = order.key();
    Optional<ListedFile> listed = generations.records().listed(key);
    return new State(
        store.peek(key, now).orElse(null),
        listed.orElse(null),
        generations.look().listings(key),
        listed.map(content -> names(key, content, view, shown, now)).orElse(List.of()),
        negatives
            .remembered(key)
            .filter(each -> each.version() == generations.records().version())
            .map(each -> negative(order, each))
            .filter(each -> each.until().isAfter(now))
            .orElse(null),
        parts.running(key).map(Explainer::running).orElse(null),
        parts.prefetch().item(key).orElse(null));
  }

  private List<Explanation.Name> names(
      EntryKey key, ListedFile content, View view, Predicate<Repo> shown, Instant now) {
    Map<RepoId, Repo> served = view.config().served();
    return names.look(key, content, now).stream()
        .filter(
            name -> Optional.ofNullable(served.get(name.key().repo())).filter(shown).isPresent())
        .map(name -> new Explanation.Name(name.key().repo(), name.key().path(), name.stored()))
        .toList();
  }

  private static Explanation.Negative negative(Order order, NegativeAnswers.Negative known) {
    Duration lifetime =
        known.kind() == NegativeAnswers.Kind.CHECK_FAILED
            ? Freshness.CHECK_INTERVAL
            : order.repo().lifetimes().negative();
    return new Explanation.Negative(word(known.kind()), known.at(), known.at().plus(lifetime));
  }

  private static Explanation.Running running(Download download) {
    return new Explanation.Running(
        download.phase(),
        download.available(),
        download.length(),
        download.clients(),
        download.began(),
        download.source().orElse(null));
  }
}
