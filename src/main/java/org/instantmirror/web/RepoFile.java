package org.instantmirror.web;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.ListUrl;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.Fallbacks;
import org.jspecify.annotations.Nullable;

/**
 * The section of a {@code .repo} file by which a client uses a repository here. Its variables are
 * the client's to fill in. Pure.
 */
final class RepoFile {

  private RepoFile() {}

  /** What stands in a client's {@code baseurl}. */
  static String baseUrl(String server, Repo repo) {
    return server
        + "mirror/"
        + repo.id()
        + "/"
        + repo.variables().stream().map(name -> "$" + name + "/").collect(Collectors.joining());
  }

  /** What stands in a client's {@code metalink} or {@code mirrorlist}. */
  static String listUrl(String server, Repo repo, ListUrl.Kind kind) {
    String query =
        repo.variables().stream().map(name -> name + "=$" + name).collect(Collectors.joining("&"));
    return server + kind + "/" + repo.id() + (query.isEmpty() ? "" : "?" + query);
  }

  /**
   * The section.
   *
   * @param server where the client reaches us, with a slash at its end
   * @param list what it goes by; null for the mirror's own URL and nothing else
   */
  static String section(String server, Repo repo, ListUrl.@Nullable Kind list) {
    StringBuilder text = new StringBuilder(300);
    text.append('[').append(repo.id()).append("]\n");
    line(text, "name", repo.name());
    if (list == null) {
      line(text, "baseurl", baseUrl(server, repo));
    } else {
      line(text, list.toString(), listUrl(server, repo, list));
      List<String> upstreams = Fallbacks.baseUrls(repo);
      if (!upstreams.isEmpty()) {
        text.append("# dnf asks here when this server doesn't answer:\n");
        line(text, "baseurl", String.join("\n", upstreams));
      }
    }
    line(text, "enabled", "1");
    trust(text, server, repo);
    return text.toString();
  }

  private static void trust(StringBuilder text, String server, Repo repo) {
    for (String key : repo.client().values().keySet()) {
      repo.client().other(key).ifPresent(value -> line(text, key, value));
    }
    List<String> keys = repo.client().keys();
    if (!keys.isEmpty()) {
      line(
          text,
          "gpgkey",
          keys.stream().map(key -> key(server, repo, key)).collect(Collectors.joining("\n")));
    } else if (!repo.client().values().containsKey("gpgcheck")) {
      text.append("# gpgcheck and gpgkey: as in the distribution's own file\n");
    }
  }

  /**
   * A key that lies in the mirrored tree is to be had here, unless it would lose the protection
   * that https gives it: it is what the client trusts.
   */
  private static String key(String server, Repo repo, String key) {
    boolean weaker = isSecure(key) && !isSecure(server);
    return repo.baseUrls().stream()
        .map(BaseUrl::template)
        .filter(base -> !weaker && key.startsWith(base) && key.length() > base.length())
        .findFirst()
        .map(base -> baseUrl(server, repo) + key.substring(base.length()))
        .orElse(key);
  }

  private static boolean isSecure(String url) {
    return url.toLowerCase(Locale.ROOT).startsWith("https:");
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append('=').append(value.replace("\n", "\n  ")).append('\n');
  }
}
