package org.instantmirror.system;

import java.nio.file.Path;
import java.util.List;

/** nginx that serves a folder, at most at a rate for each connection. */
final class NginxUpstream extends ConfiguredServer {
  private final Path documents;

  private NginxUpstream(Path documents) {
    super(
        "nginx",
        Program.NGINX,
        work ->
            List.of(
                "-p", work.path().toString(), "-c", work.path().resolve("nginx.conf").toString()));
    this.documents = documents;
  }

  /** Starts one that serves as fast as it can. */
  static NginxUpstream serving(Path documents) {
    NginxUpstream upstream = new NginxUpstream(documents);
    upstream.limitRate(0);
    upstream.start();
    return upstream;
  }

  /**
   * Sets the rate that it sends a body at when it is started the next time.
   *
   * @param bytesPerSecond for each connection; 0 for no limit
   */
  void limitRate(int bytesPerSecond) {
    // A worker of the user who runs the test can read what the test wrote.
    String user = Program.ROOT_USER.find().isPresent() ? "user root;\n" : "";
    String format = "$request\\t$status\\t$body_bytes_sent\\t$http_range\\t$http_if_range";
    work()
        .write(
            "nginx.conf",
            user
                + """
            daemon off;
            master_process on;
            worker_processes 1;
            pid nginx.pid;
            error_log stderr warn;
            events { worker_connections 512; }
            http {
              log_format asked escape=none '%s';
              access_log access.log asked;
              client_body_temp_path tmp;
              proxy_temp_path tmp;
              fastcgi_temp_path tmp;
              uwsgi_temp_path tmp;
              scgi_temp_path tmp;
              default_type application/octet-stream;
              types { text/xml xml; application/x-rpm rpm; }
              sendfile on;
              server {
                listen 127.0.0.1:%d;
                root %s;
                autoindex on;
                limit_rate %d;
              }
            }
            """
                    .formatted(format, port(), documents, bytesPerSecond));
  }
}
