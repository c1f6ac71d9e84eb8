package org.instantmirror.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Supplier;
import org.instantmirror.eviction.Evictor;
import org.instantmirror.mirror.AbsoluteUrls;
import org.instantmirror.mirror.Downloads;
import org.instantmirror.mirror.Explainer;
import org.instantmirror.mirror.Mirror;
import org.instantmirror.mirror.Overview;
import org.instantmirror.mirror.PassThrough;
import org.instantmirror.mirror.Purge;
import org.instantmirror.mirror.Reload;
import org.instantmirror.mirror.RepomdVersions;
import org.instantmirror.mirror.Views;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ConfigKey;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.store.OpenFiles;
import org.instantmirror.store.Store;
import org.instantmirror.upstream.Lines;
import org.instantmirror.upstream.RememberedAnswers;
import org.instantmirror.usage.Requests;
import org.instantmirror.usage.Usage;

/**
 * Registers filters and servlets, the same in a container as standalone.
 *
 * @param requests all that learn which files clients are sent
 */
public record WebApplication(
    Views views,
    Reload reload,
    Store store,
    OpenFiles openFiles,
    Mirror mirror,
    PassThrough passThrough,
    RememberedAnswers answers,
    AbsoluteUrls urls,
    Usage usage,
    Requests requests,
    Metrics metrics,
    Savings savings,
    Lines lines,
    Evictor evictor,
    Clock clock) {

  /**
   * The request attribute that says that our own forward proxy hands a request over. No client can
   * set one.
   */
  public static final String HANDED_OVER = WebApplication.class.getName() + ".handed-over";

  /** Registers everything; to be called before the context has started. */
  public void register(ServletContext context) {
    AdminGate admins = new AdminGate(() -> views.get().config().adminClients());
    ReadGate readers = new ReadGate(admins);
    Supplier<PathMeaning.Reader> paths = () -> views.get().paths();
    Asker asker = new Asker(mirror, passThrough);
    filter(context, "access-log", new AccessLogFilter(metrics), "/*");
    FreshnessFilter freshness = new FreshnessFilter(asker);
    MirrorServlet mirrorServlet =
        new MirrorServlet(
            asker,
            passThrough,
            new StoredAnswer(
                store, openFiles, new EntryAnswer(clock), () -> views.get().config().sendfileKey()),
            requests,
            clock);
    AbsoluteUrlFilter absolute = new AbsoluteUrlFilter(urls, readers, freshness, mirrorServlet);
    filter(context, "absolute-url", absolute, "/*", DispatcherType.REQUEST, DispatcherType.ASYNC);
    filter(context, "guard", new GuardFilter(paths, readers), "/*");
    filter(context, "freshness", freshness, "/mirror/*");
    servlet(context, "mirror", mirrorServlet, "/mirror/*");
    servlet(context, "health", new HealthServlet(this::faults), "/health/*");
    AdminGate monitors =
        new AdminGate(
            ConfigKey.METRICS_CLIENTS, () -> views.get().config().usage().metricsClients());
    servlet(context, "metrics", new MetricsServlet(metrics, monitors), MetricsServlet.PATH);
    api(context, () -> views.get().served(), admins, readers);
    Supplier<Config> config = () -> views.get().config();
    ServerUrl server = new ServerUrl(() -> config.get().baseUrl());
    servlet(context, "front-page", new FrontPageServlet(config, readers, server), "");
    forClients(context, readers, server);
    // In place of the container's default servlet: nothing of the WAR's own files is served.
    servlet(context, "nothing", new NothingServlet(), "/");
  }

  private void api(
      ServletContext context,
      Supplier<PathMeaning.Reader> served,
      AdminGate gate,
      ReadGate readers) {
    Overview overview = new Overview(mirror, views);
    Purge purge = new Purge(mirror, views);
    servlet(context, "api", new ApiServlet(), "/api/*");
    servlet(
        context,
        "explain",
        new ExplainServlet(new Explainer(mirror, views, urls, answers), readers),
        "/api/v1/explain");
    EntriesServlet entries = new EntriesServlet(served, overview, purge, gate, readers);
    servlet(context, "entries", entries, "/api/v1/entries", "/api/v1/entries/*");
    ReposServlet repos = new ReposServlet(served, overview, purge, gate, readers, reload);
    servlet(context, "repos", repos, "/api/v1/repos", "/api/v1/repos/*");
    Downloads downloads = new Downloads(mirror);
    servlet(context, "downloads", new DownloadsServlet(downloads, readers), "/api/v1/downloads");
    QueueServlet queue = new QueueServlet(downloads, lines, gate, readers);
    servlet(context, "queue", queue, "/api/v1/queue", "/api/v1/queue/*");
    servlet(context, "prefetch", new PrefetchServlet(overview, readers), "/api/v1/prefetch");
    servlet(context, "savings", new SavingsServlet(savings, gate), "/api/v1/savings");
    WarmServlet warm = new WarmServlet(mirror.warm(), gate);
    servlet(context, "warm", warm, "/api/v1/warm", "/api/v1/warm/*");
    EvictionServlet eviction = new EvictionServlet(evictor, served, gate, readers);
    servlet(context, "eviction", eviction, "/api/v1/eviction");
    servlet(context, "reload", new ReloadServlet(reload, gate), "/api/v1/reload");
    ReportedFolders folders = new ReportedFolders(served, urls);
    UsageServlet reports =
        new UsageServlet(usage, () -> views.get().config().usage(), folders, clock);
    servlet(context, "usage", reports, "/api/v1/usage");
    servlet(
        context,
        "popularity",
        new PopularityServlet(usage, served, readers, clock),
        "/api/v1/popularity");
  }

  private void forClients(ServletContext context, ReadGate readers, ServerUrl server) {
    Supplier<Config> config = () -> views.get().config();
    servlet(context, "repo-files", new RepoFilesServlet(config, readers, server), "/repos/*");
    servlet(context, "client-package", new ClientPackageServlet(server), "/client/*");
    ClientLists lists = new ClientLists(views, clock);
    RepomdVersions versions = new RepomdVersions(mirror);
    for (ListUrl.Kind kind : ListUrl.Kind.values()) {
      servlet(
          context,
          kind.toString(),
          new ClientListServlet(kind, lists, versions, readers, server),
          "/" + kind + "/*");
    }
  }

  private List<String> faults() {
    List<String> faults = new ArrayList<>();
    store.fault().ifPresent(faults::add);
    if (reload.standing().fault() != null) {
      faults.add(
          "the configuration files hold an error, and the one from before stays; see the log");
    }
    if (!namesAreUnicode()) {
      faults.add("file names other than ASCII can't be stored: start the server with LANG=C.UTF-8");
    }
    return faults;
  }

  private static boolean namesAreUnicode() {
    String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
    return encoding.equalsIgnoreCase("UTF-8");
  }

  private static void filter(ServletContext context, String name, Filter filter, String path) {
    filter(context, name, filter, path, DispatcherType.REQUEST);
  }

  private static void filter(
      ServletContext context,
      String name,
      Filter filter,
      String path,
      DispatcherType first,
      DispatcherType... others) {
    FilterRegistration.Dynamic registration = context.addFilter(name, filter);
    registration.setAsyncSupported(true);
    // In this order.
    registration.addMappingForUrlPatterns(EnumSet.of(first, others), true, path);
  }

  private static void servlet(
      ServletContext context, String name, HttpServlet servlet, String... paths) {
    ServletRegistration.Dynamic registration = context.addServlet(name, servlet);
    registration.setAsyncSupported(true);
    registration.addMapping(paths);
  }
}
