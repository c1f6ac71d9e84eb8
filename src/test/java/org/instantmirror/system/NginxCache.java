package org.instantmirror.system;

import java.util.List;

/**
 * nginx with {@code proxy_cache} before another server, as a careful administrator sets it up for a
 * repository: names that hold a checksum and packages are kept long, all else in {@code repodata}
 * for a minute, one request at a time fetches a file, and what is stale is served while upstream is
 * in trouble.
 */
final class NginxCache extends ConfiguredServer {
  private NginxCache() {
    super(
        "nginx-cache",
        Program.NGINX,
        work ->
            List.of(
                "-p", work.path().toString(), "-c", work.path().resolve("nginx.conf").toString()));
  }

  /**
   * Starts one.
   *
   * @param url of the other server, ending in a slash
   */
  static NginxCache before(String url) {
    NginxCache cache = new NginxCache();
    String user = Program.ROOT_USER.find().isPresent() ? "user root;\n" : "";
    String origin = url.substring("http://".length(), url.length() - 1);
    cache.work().write("nginx.conf", user + configuration(cache.port(), origin));
    cache.start();
    return cache;
  }

  private static String configuration(int port, String origin) {
    return """
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
          default_type application/octet-stream;
          sendfile on;
          proxy_cache_path cache levels=1:2 keys_zone=repos:10m max_size=10g inactive=30d use_temp_path=off;
          upstream origin { server %s; keepalive 16; }
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_cache repos;
          proxy_cache_lock on;
          proxy_cache_revalidate on;
          proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
          server {
            listen 127.0.0.1:%d;
            location / {
              proxy_pass http://origin;
              proxy_cache_valid 200 1h;
            }
            location ~ \\.rpm$ {
              proxy_pass http://origin;
              proxy_cache_valid 200 30d;
            }
            location /repodata/ {
              proxy_pass http://origin;
              proxy_cache_valid 200 60s;
            }
            location ~ /repodata/[0-9a-f]+- {
              proxy_pass http://origin;
              proxy_cache_valid 200 30d;
            }
          }
        }
        """
        .formatted(origin, port);
  }
}
