package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A real dnf, which checks signatures, while upstream publishes its repository anew again and
 * again: createrepo_c first, the signature after, so that upstream itself is inconsistent most of
 * the time. {@code -Dinstantmirror.rounds=500} makes more of it.
 */
@RequiresPrograms({
  Program.DNF,
  Program.CREATEREPO_C,
  Program.RPMBUILD,
  Program.RPMSIGN,
  Program.GPG,
  Program.NGINX,
  Program.CURL,
  Program.ROOT_USER
})
class RepublishIT {

  private static final int ROUNDS = Integer.getInteger("instantmirror.rounds", 30);
  private static final String[] PACKAGES = {"hello", "libodd++", "tilde"};

  @Test
  void noClientFailsWhileUpstreamIsPublishedAnewEverySecond() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger published = new AtomicInteger();
    ExecutorService publisher = Executors.newSingleThreadExecutor();
    try (MirroredRepository mirrored = MirroredRepository.overNginx()) {
      try (Dnf first = mirrored.newClient()) {
        // There is no generation to fall back on before.
        first.run("install", "hello").succeeded();
      }
      Future<?> publishing =
          publisher.submit(() -> publishUntil(enough, published, mirrored.repository()));
      List<String> failures = new ArrayList<>();
      Random random = new Random(7);
      for (int round = 0; round < ROUNDS; round++) {
        try (Dnf dnf = mirrored.newClient()) {
          CommandResult result =
              dnf.run("--refresh", "install", PACKAGES[random.nextInt(PACKAGES.length)]);
          if (result.exitCode() != 0) {
            failures.add("round " + round + ": " + result.output());
          }
        }
      }
      enough.set(true);
      publishing.get(60, TimeUnit.SECONDS);
      assertThat(failures).isEmpty();
      assertThat(published.get()).as("times upstream was published anew").isGreaterThan(5);
      assertThat(mirrored.mirror().log()).contains("generation 2 is live");
    } finally {
      enough.set(true);
      publisher.shutdownNow();
    }
  }

  /** With and without the newer package, so that each list of packages differs from the last. */
  private static Object publishUntil(
      AtomicBoolean enough, AtomicInteger published, RpmRepository repository)
      throws InterruptedException {
    repository.add(SampleRpm.HELLO_UPDATE);
    while (!enough.get()) {
      boolean listed = published.incrementAndGet() % 2 == 1;
      repository.publishWithout(listed ? "" : SampleRpm.HELLO_UPDATE.fileName(), Instant.now());
      TimeUnit.SECONDS.sleep(1);
    }
    return published;
  }
}
