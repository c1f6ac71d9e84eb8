package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An upstream that is itself a mirror in mid-sync, most of the time: the repository is made anew,
 * and signed, each second in a folder that nobody sees, and copied file after file, in one of the
 * {@link SyncOrder}s, into the folder that nginx serves. Packages stay and come first; which of
 * them are listed differs.
 */
final class RepublishedUpstream implements AutoCloseable {
  private static final String REPODATA = "repodata";

  private final WorkDirectory work = WorkDirectory.create("publish");
  private final RpmRepository source;
  private final Path served;
  private final Upstream server;
  private final Random random;
  private final AtomicBoolean enough = new AtomicBoolean();
  private final AtomicInteger published = new AtomicInteger();
  private final ExecutorService publisher = Executors.newSingleThreadExecutor();
  private @Nullable Future<?> publishing;

  private RepublishedUpstream(long seed) {
    random = new Random(seed);
    source =
        RpmRepository.create(
            work.path().resolve("source"),
            SampleRpm.HELLO,
            SampleRpm.HELLO_UPDATE,
            SampleRpm.ODD,
            SampleRpm.TILDE,
            SampleRpm.UNASKED);
    served = work.folder("served");
    copy("");
    work.folder("served/" + REPODATA);
    copy(REPODATA);
    server = NginxUpstream.serving(served);
  }

  /** Serves a whole repository, and doesn't publish yet. */
  static RepublishedUpstream create(long seed) {
    return new RepublishedUpstream(seed);
  }

  /** Where it is served, ending in a slash. */
  String url() {
    return server.url();
  }

  /** How often it was published anew. */
  int published() {
    return published.get();
  }

  /** Begins to publish, at each whole second unless the last time took longer. */
  void begin() {
    publishing = publisher.submit(this::publishUntilEnough);
  }

  /**
   * Ends publishing with the copy that is under way.
   *
   * @throws IllegalStateException if publishing failed at any time
   */
  void end() {
    enough.set(true);
    Future<?> running = publishing;
    try {
      if (running != null) {
        running.get(60, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("upstream couldn't be published", e);
    }
  }

  private Object publishUntilEnough() throws InterruptedException {
    while (!enough.get()) {
      // Servers date files by the second: what is published twice in one can't be told apart.
      Instant next = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
      TimeUnit.MILLISECONDS.sleep(Instant.now().until(next, ChronoUnit.MILLIS) + 1);
      publish(next);
      published.incrementAndGet();
    }
    return published;
  }

  private void publish(Instant now) throws InterruptedException {
    try {
      // It differs in each list of packages, so that no list ever has the name of an earlier one.
      Files.setLastModifiedTime(source.file(SampleRpm.UNASKED), FileTime.from(now));
      source.publishWithout(unlisted(), now);
      SyncOrder[] orders = SyncOrder.values();
      SyncOrder order = orders[random.nextInt(orders.length)];
      Set<String> before = names(served.resolve(REPODATA));
      for (SyncStep step : order.steps(before, names(source.file(REPODATA)), random)) {
        carryOut(step);
        TimeUnit.MILLISECONDS.sleep(step.pause().toMillis());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sometimes one of the two versions of hello isn't listed. */
  private Collection<SampleRpm> unlisted() {
    return switch (random.nextInt(3)) {
      case 0 -> List.of(SampleRpm.HELLO);
      case 1 -> List.of(SampleRpm.HELLO_UPDATE);
      default -> List.of();
    };
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private void carryOut(SyncStep step) throws IOException {
    Path to = served.resolve(REPODATA).resolve(step.file());
    if (step.kind() == SyncStep.Kind.DELETE) {
      Files.delete(to);
      return;
    }
    Path hidden = work.path().resolve("incoming");
    Files.copy(
        source.file(REPODATA).resolve(step.file()),
        hidden,
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(hidden, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** All files of a folder, at once. */
  private void copy(String folder) {
    try (Stream<Path> files = Files.list(source.file(folder))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(
            file,
            served.resolve(folder).resolve(file.getFileName()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    enough.set(true);
    publisher.shutdownNow();
    server.close();
    work.close();
  }
}
