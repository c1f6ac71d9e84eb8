package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Real clients, which check signatures, while upstream publishes its repository anew again and
 * again, and is inconsistent itself most of the time. {@code src/bench/republish} makes more of it.
 */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.ZYPPER, Program.NGINX, Program.ROOT_USER})
class RepublishIT {
  private static final int ROUNDS = 30;

  @Test
  void noClientFailsWhileUpstreamIsPublishedAnewEverySecond() throws Exception {
    long seed = Long.getLong("instantmirror.seed", System.nanoTime());
    System.out.println("RepublishIT: -Dinstantmirror.seed=" + seed);
    try (RepublishedUpstream upstream = RepublishedUpstream.create(seed);
        RepublishFront mirror = RepublishFront.mirror(upstream.url());
        RepublishRounds rounds = new RepublishRounds(List.of(mirror), seed)) {
      // There is no generation to fall back on before.
      rounds.run(1, failure -> {});
      upstream.begin();
      rounds.run(ROUNDS, failure -> System.out.println("RepublishIT: " + failure));
      upstream.end();

      assertThat(rounds.failures()).isEmpty();
      assertThat(upstream.published()).as("times upstream was published anew").isGreaterThan(5);
      assertThat(mirror.generations()).as("generations that went live").isGreaterThan(3);
    }
  }
}
