package org.instantmirror.system;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.instantmirror.testing.JavaCommand;

/** A mirror that runs as {@code java -jar instantmirror.war}, on a port that it chose. */
final class MirrorProcess implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile(
          "^InstantMirror ready at (http://\\S+/)(?: and (https://\\S+/))?$", Pattern.MULTILINE);

  private final Process process;
  private final Path output;
  private final Path errors;
  private final String url;
  private final String secureUrl;
  private final AtomicInteger markers = new AtomicInteger();

  private MirrorProcess(Process process, Path output, Path errors) {
    this.process = process;
    this.output = output;
    this.errors = errors;
    MatchResult ready = awaitReadyLine();
    this.url = ready.group(1);
    this.secureUrl = String.valueOf(ready.group(2));
    Opened.add(this);
  }

  /** Starts one and waits for its ready line. */
  static MirrorProcess start(MirrorFiles files) {
    try {
      Path output = Files.createTempFile("output", ".log");
      Path errors = Files.createTempFile("errors", ".log");
      return new MirrorProcess(command(files).start(output, errors), output, errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs one that is expected to end by itself. */
  static CommandResult runToItsEnd(MirrorFiles files) {
    return command(files).run();
  }

  /** The WAR under test. */
  static Path war() {
    return Path.of(System.getProperty("instantmirror.war", "target/instantmirror.war"));
  }

  private static Command command(MirrorFiles files) {
    return Command.of(
        JavaCommand.of(
            "-Xmx256m",
            "-jar",
            war().toString(),
            "--config",
            files.config().toString(),
            "--address",
            "127.0.0.1",
            "--port",
            "0",
            "--cachedir",
            files.cacheDir().toString(),
            "--reposdir",
            files.reposDir().toString()));
  }

  private MatchResult awaitReadyLine() {
    Matcher[] ready = new Matcher[1];
    try {
      await("the mirror's ready line")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                ready[0] = READY.matcher(Files.readString(output));
                return ready[0].find() || !process.isAlive();
              });
    } catch (RuntimeException e) {
      process.destroyForcibly();
      throw new IllegalStateException("the mirror did not get ready:\n" + log(), e);
    }
    if (!process.isAlive()) {
      throw new IllegalStateException("the mirror ended by itself:\n" + log());
    }
    return ready[0].toMatchResult();
  }

  /** The root, ending in a slash. */
  String url() {
    return url;
  }

  /** The root with TLS, where {@code tls_port} is set. */
  String secureUrl() {
    return secureUrl;
  }

  /** A repository's base URL for clients, ending in a slash. */
  String repoUrl(String id) {
    return url + "mirror/" + id + "/";
  }

  /** All that it printed so far. */
  String log() {
    try {
      return Files.readString(output) + Files.readString(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What it has printed when all that it was asked for before has its line: these are held back.
   */
  String settledLog() {
    String marker = "settled-" + markers.incrementAndGet();
    Curl.run(List.of("--output", "/dev/null", url + marker)).failed();
    awaitLog(marker);
    return log();
  }

  /** Waits until it has printed that. */
  void awaitLog(String part) {
    await("the log says '" + part + "'")
        .atMost(Duration.ofSeconds(30))
        .until(this::log, text -> text.contains(part));
  }

  /** Ends it as a power cut would, with SIGKILL. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /**
   * Asks it to end, with SIGTERM.
   *
   * @return its exit code
   */
  int stop() {
    process.destroy();
    awaitEnd();
    return process.exitValue();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new IllegalStateException("the mirror did not stop:\n" + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new IllegalStateException(e);
    }
  }

  /** Kills it and keeps what it printed under {@code target/mirror-logs}, for whoever asks why. */
  @Override
  public void close() {
    Opened.remove(this);
    kill();
    try {
      Path logs = Files.createDirectories(war().resolveSibling("mirror-logs"));
      Files.writeString(Files.createTempFile(logs, "mirror-", ".log"), log());
      Files.delete(output);
      Files.delete(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
