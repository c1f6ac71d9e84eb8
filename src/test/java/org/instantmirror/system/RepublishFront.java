package org.instantmirror.system;

import java.util.regex.Pattern;

/** What stands between the clients and an upstream that is published again and again. */
abstract class RepublishFront implements AutoCloseable {
  private static final String REPO = "samples";

  private final String name;

  private RepublishFront(String name) {
    this.name = name;
  }

  /** What it is called in a table. */
  String title() {
    return name;
  }

  /** The repository's base URL for clients, ending in a slash. */
  abstract String url();

  /** How many states of upstream clients could see so far; -1 if it doesn't tell. */
  long generations() {
    return -1;
  }

  @Override
  public void close() {}

  /** InstantMirror with its defaults. */
  static RepublishFront mirror(String upstream) {
    MirrorFiles files = MirrorFiles.create().repo(REPO, upstream);
    MirrorProcess mirror;
    try {
      mirror = MirrorProcess.start(files);
    } catch (RuntimeException failure) {
      files.close();
      throw failure;
    }
    return new RepublishFront("through InstantMirror") {
      private final Pattern live = Pattern.compile("generation \\d+ is live");

      @Override
      String url() {
        return mirror.repoUrl(REPO);
      }

      @Override
      long generations() {
        return live.matcher(mirror.log()).results().count();
      }

      @Override
      public void close() {
        mirror.close();
        files.close();
      }
    };
  }

  /** Nothing. */
  static RepublishFront nothing(String upstream) {
    return new RepublishFront("straight at upstream") {
      @Override
      String url() {
        return upstream;
      }
    };
  }

  /** nginx with {@code proxy_cache}. */
  static RepublishFront nginxCache(String upstream) {
    NginxCache cache = NginxCache.before(upstream);
    return new RepublishFront("behind nginx `proxy_cache`") {
      @Override
      String url() {
        return cache.url();
      }

      @Override
      public void close() {
        cache.close();
      }
    };
  }
}
