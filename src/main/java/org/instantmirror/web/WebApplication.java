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
import org.instantmirror.mirror.Mirror;
import org.instantmirror.mirror.PassThrough;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.store.OpenFiles;
import org.instantmirror.store.Store;

/** Registers filters and servlets, the same in a container as standalone. */
public record WebApplication(
    Config config,
    Store store,
    OpenFiles openFiles,
    Mirror mirror,
    PassThrough passThrough,
    Clock clock) {

  /** Registers everything; to be called before the context has started. */
  public void register(ServletContext context) {
    PathMeaning.Reader paths = new PathMeaning.Reader(config.repos());
    Asker asker = new Asker(mirror, passThrough);
    filter(context, "access-log", new AccessLogFilter(), "/*");
    filter(context, "guard", new GuardFilter(paths), "/*");
    filter(context, "freshness", new FreshnessFilter(asker), "/mirror/*");
    servlet(
        context,
        "mirror",
        new MirrorServlet(
            asker, passThrough, new StoredAnswer(store, openFiles, new EntryAnswer(clock))),
        "/mirror/*");
    servlet(context, "health", new HealthServlet(this::faults), "/health/*");
    servlet(context, "front-page", new FrontPageServlet(config), "");
    // In place of the container's default servlet: nothing of the WAR's own files is served.
    servlet(context, "nothing", new NothingServlet(), "/");
  }

  private List<String> faults() {
    List<String> faults = new ArrayList<>();
    store.fault().ifPresent(faults::add);
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
    FilterRegistration.Dynamic registration = context.addFilter(name, filter);
    registration.setAsyncSupported(true);
    // In this order, and in the original dispatch only.
    registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, path);
  }

  private static void servlet(
      ServletContext context, String name, HttpServlet servlet, String path) {
    ServletRegistration.Dynamic registration = context.addServlet(name, servlet);
    registration.setAsyncSupported(true);
    registration.addMapping(path);
  }
}
