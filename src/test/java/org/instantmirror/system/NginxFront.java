package org.instantmirror.system;

import java.util.List;

/** nginx before a mirror, as {@code conf/nginx/instantmirror.conf} says. */
final class NginxFront extends ConfiguredServer {
  private NginxFront() {
    super(
        "nginx-front",
        Program.NGINX,
        work ->
            List.of(
                "-p", work.path().toString(), "-c", work.path().resolve("nginx.conf").toString()));
  }

  /**
   * Starts one that passes all requests on.
   *
   * @param url of the mirror, ending in a slash
   */
  static NginxFront before(String url) {
    return started(recipe(url));
  }

  /** The same with the files that the mirror names sent by nginx. */
  static NginxFront before(String url, SendfileCache cache) {
    return started(
        recipe(url)
            .with("proxy_set_header X-Sendfile-Type \"\";", "")
            .with("#proxy_set_header", "proxy_set_header")
            .with("put-sendfile_key-here", cache.key())
            .with("/var/cache/instantmirror", cache.folder()));
  }

  private static Recipe recipe(String url) {
    return Recipe.read("conf/nginx/instantmirror.conf")
        .with("127.0.0.1:8080", url.substring("http://".length(), url.length() - 1));
  }

  private static NginxFront started(Recipe recipe) {
    NginxFront front = new NginxFront();
    front
        .work()
        .write("nginx.conf", nginx(recipe.with("listen 80", "listen 127.0.0.1:" + front.port())));
    front.start();
    return front;
  }

  /** The user is Debian's, as files handed off must be readable for it. */
  private static String nginx(Recipe recipe) {
    String user = Program.ROOT_USER.find().isPresent() ? "user www-data;\n" : "";
    return user
        + """
        daemon off;
        worker_processes 1;
        pid nginx.pid;
        error_log stderr warn;
        events { worker_connections 512; }
        http {
          log_format asked escape=none '$request\\t$status\\t$body_bytes_sent\\t$http_range\\t$http_if_range';
          access_log access.log asked;
          client_body_temp_path tmp;
          proxy_temp_path tmp;
          fastcgi_temp_path tmp;
          uwsgi_temp_path tmp;
          scgi_temp_path tmp;
          %s
        }
        """
            .formatted(recipe.text());
  }
}
