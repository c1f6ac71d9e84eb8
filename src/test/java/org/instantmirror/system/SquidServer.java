package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Debian's Squid with {@code conf/squid/instantmirror.conf}, and a mirror as its parent. */
final class SquidServer extends ConfiguredServer {

  private SquidServer(String fragment) {
    super(
        "squid",
        Program.SQUID,
        work -> List.of("-N", "-f", work.path().resolve("squid.conf").toString()));
    // Squid gives up root, and writes there as the user proxy.
    work().path().toFile().setWritable(true, false);
    work().path().toFile().setExecutable(true, false);
    work().path().toFile().setReadable(true, false);
    work().write("squid.conf", configuration(work().path(), port(), fragment));
  }

  /**
   * Starts one.
   *
   * @param mirrorUrl its parent
   * @param ports of upstreams that it may ask the mirror for
   */
  static SquidServer before(String mirrorUrl, List<Integer> ports) {
    String fragment = read(Path.of("conf/squid/instantmirror.conf"));
    String known = "cache_peer 127.0.0.1 parent 8080 ";
    String open = "acl instantmirror_ports port 80\n";
    if (!fragment.contains(known) || !fragment.contains(open)) {
      throw new IllegalStateException("the fragment has changed");
    }
    StringBuilder all = new StringBuilder(open);
    ports.forEach(port -> all.append("acl instantmirror_ports port ").append(port).append('\n'));
    SquidServer server =
        new SquidServer(
            fragment
                .replace(
                    known, "cache_peer 127.0.0.1 parent " + URI.create(mirrorUrl).getPort() + " ")
                .replace(open, all));
    // As the page on Squid has it, before it is put to use.
    Path conf = server.work().path().resolve("squid.conf");
    Command.of(Program.SQUID.path(), List.of("-k", "parse", "-f", conf.toString()))
        .run()
        .succeeded();
    server.start();
    return server;
  }

  private static String configuration(Path work, int port, String fragment) {
    return """
        http_port 127.0.0.1:%1$d
        visible_hostname squid.test
        pid_filename none
        coredump_dir %2$s
        cache_log %2$s/cache.log
        access_log stdio:%2$s/squid-access.log
        cache_mem 16 MB
        shutdown_lifetime 1 seconds
        pinger_enable off
        acl test_clients src 127.0.0.0/8
        http_access allow test_clients
        http_access deny all
        %3$s
        """
        .formatted(port, work, fragment);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Who was asked, a line a request. */
  String requests() {
    return read(work().path().resolve("squid-access.log"));
  }
}
