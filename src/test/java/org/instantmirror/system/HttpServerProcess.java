package org.instantmirror.system;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real web server in the foreground on a loopback port of its own, which keeps its port when it
 * is stopped and started again. Not thread-safe.
 */
final class HttpServerProcess implements AutoCloseable {
  private final String name;
  private final Command command;
  private final int port;
  private final Path log;
  private @Nullable Process process;

  HttpServerProcess(String name, Command command, int port, Path log) {
    this.name = name;
    this.command = command;
    this.port = port;
    this.log = log;
  }

  /** Starts it and waits until it takes connections. */
  void start() {
    try {
      startAndWait();
    } catch (RuntimeException failure) {
      stop();
      throw failure;
    }
  }

  private void startAndWait() {
    try {
      Process started = command.start(log);
      process = started;
      await(name + " listens on port " + port)
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> !started.isAlive() || takesConnections());
      if (!started.isAlive()) {
        throw new IllegalStateException(name + " did not start:\n" + Files.readString(log));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops it at once: running transfers are cut, and new connections are refused. */
  void stop() {
    Process running = process;
    process = null;
    if (running == null) {
      return;
    }
    running.destroy();
    try {
      if (!running.waitFor(10, TimeUnit.SECONDS)) {
        running.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      running.destroyForcibly();
    }
  }

  private boolean takesConnections() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  @Override
  public void close() {
    stop();
  }
}
