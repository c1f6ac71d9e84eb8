package org.instantmirror.system;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.instantmirror.testing.ServerKeys;

/**
 * Apache with a configuration of its own: as an upstream that serves a folder, or before a mirror.
 */
final class ApacheServer extends ConfiguredServer {
  private static final String MODULES = "/usr/lib/apache2/modules/";

  private ApacheServer(String directives) {
    super(
        "apache",
        Program.APACHE,
        work -> List.of("-DFOREGROUND", "-f", work.path().resolve("apache2.conf").toString()));
    work().write("apache2.conf", configuration(work().path(), port(), directives));
  }

  /** Starts one that serves a folder, which every user must be able to read. */
  static ApacheServer serving(Path documents) {
    String directives =
        """
        DocumentRoot "%s"
        <Directory "%s">
          Require all granted
          Options Indexes
        </Directory>
        """
            .formatted(documents, documents);
    return started(directives);
  }

  /**
   * Starts one that passes all requests to another server, as {@code
   * conf/apache/instantmirror.conf} says.
   *
   * @param url of the other server, ending in a slash
   */
  static ApacheServer before(String url) {
    return started(modules("proxy", "proxy_http", "headers", "env") + recipe(url).text());
  }

  /** The same with TLS. Its URL is that of {@link #url} with another scheme. */
  static ApacheServer securedBefore(String url, ServerKeys keys) {
    String tls =
        """
        SSLEngine on
        SSLCertificateFile "%s"
        SSLCertificateKeyFile "%s"
        """
            .formatted(keys.certificate, keys.key);
    return started(
        modules("ssl", "proxy", "proxy_http", "headers", "env") + tls + recipe(url).text());
  }

  /** The same with mod_xsendfile, for which the mirror names files. */
  static ApacheServer before(String url, SendfileCache cache) {
    Recipe recipe =
        recipe(url)
            .with("#Define INSTANTMIRROR_SENDFILE", "Define INSTANTMIRROR_SENDFILE")
            .with("put-sendfile_key-here", cache.key())
            .with("/var/cache/instantmirror", cache.folder());
    return started(modules("proxy", "proxy_http", "headers", "env", "xsendfile") + recipe.text());
  }

  private static Recipe recipe(String url) {
    return Recipe.read("conf/apache/instantmirror.conf")
        .with("http://127.0.0.1:8080", url.substring(0, url.length() - 1));
  }

  private static String modules(String... names) {
    return Stream.of(names)
        .map(name -> "LoadModule " + name + "_module " + MODULES + "mod_" + name + ".so\n")
        .collect(Collectors.joining());
  }

  private static ApacheServer started(String directives) {
    ApacheServer server = new ApacheServer(directives);
    server.start();
    return server;
  }

  private static String configuration(Path work, int port, String directives) {
    return """
        ServerRoot "%1$s"
        ServerName 127.0.0.1
        Listen 127.0.0.1:%2$d
        PidFile apache2.pid
        DefaultRuntimeDir "%1$s"
        Mutex file:%1$s
        LoadModule mpm_event_module %3$smod_mpm_event.so
        LoadModule authz_core_module %3$smod_authz_core.so
        LoadModule autoindex_module %3$smod_autoindex.so
        LoadModule dir_module %3$smod_dir.so
        StartServers 1
        ServerLimit 1
        ThreadLimit 32
        ThreadsPerChild 32
        MaxRequestWorkers 32
        MinSpareThreads 1
        MaxSpareThreads 32
        User www-data
        Group www-data
        Timeout 60
        KeepAlive On
        ErrorLog error.log
        LogFormat "%%r\\t%%>s\\t%%B\\t%%{Range}i\\t%%{If-Range}i" asked
        CustomLog access.log asked
        %4$s
        """
        .formatted(work, port, MODULES, directives);
  }
}
