package org.instantmirror.system;

import java.nio.file.Path;
import java.util.List;

/** nginx that serves a folder, at most at a rate for each connection. */
final class NginxUpstream implements Upstream {
  private final WorkDirectory work;
  private final HttpServerProcess process;
  private final Path documents;
  private final int port;

  private NginxUpstream(WorkDirectory work, Path documents, int port) {
    this.work = work;
    this.documents = documents;
    this.port = port;
    Path configuration = work.path().resolve("nginx.conf");
    this.process =
        new HttpServerProcess(
            "nginx",
            Command.of(
                Program.NGINX.path(),
                List.of("-p", work.path().toString(), "-c", configuration.toString())),
            port,
            work.path().resolve("nginx.log"));
  }

  /** Starts one that serves as fast as it can. */
  static NginxUpstream serving(Path documents) {
    NginxUpstream upstream =
        new NginxUpstream(WorkDirectory.create("nginx"), documents, BoundPorts.next());
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
    work.write(
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
                .formatted(format, port, documents, bytesPerSecond));
  }

  @Override
  public String url() {
    return "http://127.0.0.1:" + port + "/";
  }

  @Override
  public AccessLog accessLog() {
    return new AccessLog(work.path().resolve("access.log"));
  }

  @Override
  public void start() {
    process.start();
  }

  @Override
  public void stop() {
    process.stop();
  }

  @Override
  public void close() {
    process.close();
    work.close();
  }
}
