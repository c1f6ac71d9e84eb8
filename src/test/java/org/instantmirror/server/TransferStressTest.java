package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that come and leave as they like, while upstream breaks, changes and restarts: every body
 * that looks complete is one of upstream's, and in the end nothing is left over.
 */
class TransferStressTest {

  private static final int FILES = 4;
  private static final int SIZE = 400_000;
  private static final int CLIENTS = 16;
  private static final Duration RUN = Duration.ofSeconds(4);
  private static final Instant BASE = Instant.parse("2026-01-01T00:00:00Z");

  private final FakeUpstream upstream = FakeUpstream.start();
  private final Queue<byte[]> versions = new ConcurrentLinkedQueue<>();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger wholes = new AtomicInteger();
  private final AtomicInteger breaks = new AtomicInteger();
  private final Semaphore answers = new Semaphore(0);
  private final List<FakeFile> files = new CopyOnWriteArrayList<>();

  private static String name(int file) {
    return "f" + file + ".rpm";
  }

  private byte[] publish(int file, int version) {
    byte[] content = Packages.rpm(SIZE, 1000L * file + version);
    versions.add(content);
    files.get(file).revise(content, BASE.plusSeconds(version), "\"" + file + "-" + version + "\"");
    return content;
  }

  @Test
  void everyCompleteBodyIsRightAndNothingIsLeftOver(@TempDir Path folder) throws Exception {
    for (int file = 0; file < FILES; file++) {
      files.add(upstream.file("/" + name(file), new byte[0]));
      publish(file, 0);
    }
    RunningMirror mirror =
        RunningMirror.setup()
            .folder(folder)
            .main("abandoned_limit = 50k")
            .main("queue_timeout = 5")
            .repo(upstream, "timeout = 1", "retries = 2", "package_expire = 0")
            .start();
    try (upstream;
        mirror) {
      run(mirror);
      assertThat(faults).isEmpty();
      assertThat(wholes.get()).as("whole bodies").isPositive();
      assertThat(breaks.get()).as("broken bodies").isPositive();
      settle(mirror);
      assertNothingIsLeft(mirror);
    }
  }

  private void run(RunningMirror mirror) throws Exception {
    long endNanos = System.nanoTime() + RUN.toNanos();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(i);
        all.add(threads.submit(repeat(endNanos, () -> ask(mirror, random))));
      }
      Random random = new Random(CLIENTS);
      all.add(threads.submit(repeat(endNanos, () -> disturb(mirror, random))));
      for (Future<?> one : all) {
        // A client that hangs fails by its own time-out.
        one.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private static Callable<Void> repeat(long endNanos, Step step) {
    return () -> {
      while (System.nanoTime() < endNanos) {
        step.run();
      }
      return null;
    };
  }

  private void ask(RunningMirror mirror, Random random) throws IOException {
    String target = "/mirror/repo/" + name(random.nextInt(FILES));
    try (RawClient client = new RawClient(mirror.port())) {
      int first = random.nextInt(SIZE);
      switch (random.nextInt(4)) {
        case 0 -> {
          client.send("GET", target);
          if (client.receiveHead().status() == 200) {
            client.readBody(first / 4);
          }
        }
        case 1 -> {
          client.send("GET", target, "Range: bytes=" + first + "-");
          judge(client.receive("GET"), first);
        }
        default -> {
          client.send("GET", target);
          judge(client.receive("GET"), 0);
        }
      }
    } catch (EOFException | SocketException broken) {
      breaks.incrementAndGet();
    } finally {
      answers.release();
    }
  }

  private void judge(RawResponse response, int first) {
    byte[] body = response.body();
    boolean success = response.status() == 200 || response.status() == 206;
    int offset = response.status() == 206 ? first : 0;
    if (!success || !response.complete()) {
      breaks.incrementAndGet();
      if (!success && response.status() < 500) {
        faults.add("status " + response.status());
      }
    } else if (versions.stream().anyMatch(version -> isEndOf(version, offset, body))) {
      wholes.incrementAndGet();
    } else {
      faults.add("a wrong body of " + body.length + " bytes from " + offset);
    }
  }

  private static boolean isEndOf(byte[] version, int offset, byte[] body) {
    return Arrays.equals(version, offset, version.length, body, 0, body.length);
  }

  private void disturb(RunningMirror mirror, Random random) throws Exception {
    int file = random.nextInt(FILES);
    switch (random.nextInt(8)) {
      case 0 -> upstream.dropConnections();
      case 1 -> {
        upstream.stop();
        upstream.restart();
      }
      case 2 -> publish(file, versions.size());
      case 3, 4 -> Files.deleteIfExists(mirror.stored(name(file)));
      default -> files.get(file).next(fault(random));
    }
    // Paced by the clients: one disturbance for two answers.
    answers.tryAcquire(2, 1, TimeUnit.SECONDS);
  }

  private static Behaviour fault(Random random) {
    int after = random.nextInt(SIZE);
    return switch (random.nextInt(6)) {
      case 0 -> Behaviour.proper().cutAfter(after);
      case 1 -> Behaviour.proper().resetAfter(after);
      case 2 -> Behaviour.status(503);
      case 3 -> Behaviour.proper().ignoringRange();
      case 4 -> Behaviour.proper().chunked().cutAfter(after);
      default -> Behaviour.noAnswer();
    };
  }

  /** Upstream is well again, and each file as it is now is fetched in the end. */
  private void settle(RunningMirror mirror) {
    for (int file = 0; file < FILES; file++) {
      byte[] last = publish(file, versions.size());
      String name = name(file);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Arrays.equals(mirror.get(name).body(), last));
    }
  }

  private static void assertNothingIsLeft(RunningMirror mirror) {
    Path own = mirror.cacheDir().resolve(".instantmirror/partial");
    await()
        .untilAsserted(
            () -> {
              assertThat(own).isEmptyDirectory();
              assertThat(openFiles(mirror)).isEmpty();
              assertThat(runningTransfers()).isEmpty();
            });
  }

  /** Our descriptors of files in the tree, or on their way there; none where that can't be told. */
  private static List<String> openFiles(RunningMirror mirror) throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return List.of();
    }
    List<String> open = new ArrayList<>();
    try (Stream<Path> links = Files.list(descriptors)) {
      for (Path link : links.toList()) {
        try {
          open.add(Files.readSymbolicLink(link).toString());
        } catch (IOException closedMeanwhile) {
          // Then it is not open.
        }
      }
    }
    String tree = mirror.cacheDir().resolve("repo").toString();
    String partial = mirror.cacheDir().resolve(".instantmirror/partial").toString();
    open.removeIf(file -> !file.startsWith(tree) && !file.startsWith(partial));
    return open;
  }

  private static List<String> runningTransfers() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(
            entry ->
                Arrays.stream(entry.getValue())
                    .anyMatch(frame -> frame.getClassName().endsWith(".download.Transfer")))
        .map(entry -> entry.getKey().getName())
        .toList();
  }
}
