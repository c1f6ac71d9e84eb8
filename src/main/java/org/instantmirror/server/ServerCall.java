package org.instantmirror.server;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ConfigException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;

/** Asks the API of a running server: what subcommands have in common. For one thread. */
final class ServerCall {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** A purge of a large repository takes its time. */
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "the running server, by default the one of this machine's configuration")
  private @Nullable String server;

  @Option(names = "--config", paramLabel = "FILE", description = "instantmirror.conf")
  private @Nullable Path config;

  private final Main main;
  private final PrintStream out;
  private final PrintStream err;

  ServerCall(Main main, PrintStream out, PrintStream err) {
    this.main = main;
    this.out = out;
    this.err = err;
  }

  /** What is done with an answer; returns the exit status. */
  @FunctionalInterface
  interface Handler {
    int take(JsonTree answer, byte[] raw, PrintStream out);
  }

  /**
   * Makes a call.
   *
   * @param call behind {@code /api/v1/}, percent-encoded
   * @param handler takes the answer if it is a 200
   * @return the exit status; what went wrong has been said
   */
  int run(String method, String call, Handler handler) {
    return run(method, call, new byte[0], handler);
  }

  /**
   * The same with a body.
   *
   * @param body empty for none
   */
  int run(String method, String call, byte[] body, Handler handler) {
    String base;
    try {
      base = base();
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return Main.BAD_CONFIGURATION;
    }
    try {
      URI uri = URI.create(base + "api/v1/" + call);
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .method(
                  method,
                  body.length == 0
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofByteArray(body))
              .header("Accept", "application/json")
              .timeout(TIMEOUT)
              .build();
      HttpResponse<byte[]> response =
          client().send(request, HttpResponse.BodyHandlers.ofByteArray());
      return judge(base, response, handler);
    } catch (IllegalArgumentException e) {
      err.println("instantmirror: '" + base + "' is no URL of a server, such as http://host:8080/");
      return Main.BAD_CONFIGURATION;
    } catch (IOException e) {
      String why = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
      err.println("instantmirror: no server answers at " + base + why + "; is it running?");
      return Main.CANT_RUN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Main.CANT_RUN;
    }
  }

  private int judge(String base, HttpResponse<byte[]> response, Handler handler) {
    JsonTree answer;
    try {
      answer = JsonTree.parse(response.body());
    } catch (JacksonException e) {
      err.println(
          "instantmirror: " + base + " answered " + response.statusCode() + "; is it a mirror's?");
      return Main.CANT_RUN;
    }
    int status = response.statusCode();
    if (status == 200) {
      return handler.take(answer, response.body(), out);
    }
    err.println("instantmirror: " + answer.text("error"));
    return switch (status) {
      case 400 -> Main.BAD_CONFIGURATION;
      case 404 -> Main.NOTHING_THERE;
      case 403, 409 -> Main.REFUSED;
      default -> Main.CANT_RUN;
    };
  }

  private static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(HttpClient.Builder.NO_PROXY)
        .connectTimeout(CONNECT_TIMEOUT)
        .build();
  }

  private String base() throws ConfigException {
    if (server != null) {
      return server.endsWith("/") ? server : server + "/";
    }
    Config read = main.read(config, null);
    if (read.port() <= 0) {
      String port = read.port() == 0 ? "0" : "none";
      throw new ConfigException(
          "port = " + port + " doesn't say where the server listens; give --server");
    }
    InetAddress address = read.address();
    // By its loopback address: that is whom changes are taken from.
    String host =
        address == null || address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + read.port() + "/";
  }

  /** Percent-encodes a value for a query. */
  static String encode(String value) {
    return java.net.URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
