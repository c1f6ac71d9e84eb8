package org.instantmirror.system;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.instantmirror.system.RepublishRounds.Failure;
import org.instantmirror.system.RepublishRounds.Kind;

/**
 * The loop of {@link RepublishIT} at all fronts, for many rounds; prints how many clients failed as
 * a table in Markdown. {@code src/bench/republish} runs it.
 */
final class RepublishFigures {
  private RepublishFigures() {}

  /**
   * Runs it; exits with 1 if a client of InstantMirror failed.
   *
   * @param arguments rounds, seed, and a folder that gets a file for each client that failed
   */
  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    Path failed = Files.createDirectories(Path.of(arguments[2]));
    boolean right;
    try (RepublishedUpstream upstream = RepublishedUpstream.create(seed);
        RepublishFront mirror = RepublishFront.mirror(upstream.url());
        RepublishFront nothing = RepublishFront.nothing(upstream.url());
        RepublishFront cache = RepublishFront.nginxCache(upstream.url())) {
      right = run(rounds, seed, upstream, List.of(mirror, nothing, cache), failed);
    }
    // Threads of closed pools may linger for a minute.
    System.exit(right ? 0 : 1);
  }

  private static boolean run(
      int rounds, long seed, RepublishedUpstream upstream, List<RepublishFront> fronts, Path failed)
      throws InterruptedException {
    try (RepublishRounds loop = new RepublishRounds(fronts, seed)) {
      // So that each front has seen a whole repository.
      loop.run(1, failure -> write(failed, failure));
      Instant began = Instant.now();
      upstream.begin();
      for (int done = 0; done < rounds; ) {
        int some = Math.min(10, rounds - done);
        loop.run(some, failure -> write(failed, failure));
        done += some;
        System.err.printf("[%s] %d rounds%n", Instant.now(), done);
        print(System.err, done, fronts, loop.failures());
      }
      upstream.end();
      Duration took = Duration.between(began, Instant.now());
      print(System.out, rounds, fronts, loop.failures());
      System.out.printf(
          "%nSeed %d; upstream was published %d times in %d s, and %d generations went live at InstantMirror.%n",
          seed, upstream.published(), took.toSeconds(), fronts.get(0).generations());
      return loop.failures().stream()
          .noneMatch(failure -> failure.front().equals(fronts.get(0).title()));
    }
  }

  private static void print(
      PrintStream out, int rounds, List<RepublishFront> fronts, List<Failure> failures) {
    out.printf("| clients that failed, of %d | dnf | zypper |%n", rounds);
    out.println("| --- | ---: | ---: |");
    for (RepublishFront front : fronts) {
      out.printf(
          "| %s | %d | %d |%n",
          front.title(), count(failures, front, Kind.DNF), count(failures, front, Kind.ZYPPER));
    }
  }

  private static long count(List<Failure> failures, RepublishFront front, Kind kind) {
    return failures.stream()
        .filter(failure -> failure.front().equals(front.title()) && failure.kind() == kind)
        .count();
  }

  private static void write(Path folder, Failure failure) {
    String name = "%04d %s %s.log".formatted(failure.round(), failure.front(), failure.kind());
    try {
      Files.writeString(
          folder.resolve(name.replaceAll("[^A-Za-z0-9.]+", "-")),
          failure.began() + " to " + failure.ended() + "\n" + failure.output());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
