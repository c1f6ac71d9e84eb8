package org.instantmirror.system;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Clients that install packages at random while a {@link RepublishedUpstream} changes under them:
 * in each round, at each front, one of each {@link Kind}, both at once.
 */
final class RepublishRounds implements AutoCloseable {

  /** The package managers. */
  enum Kind {
    DNF {
      @Override
      ClientMachine newMachine(String baseUrl) {
        return Dnf.withBaseUrl(baseUrl);
      }
    },
    ZYPPER {
      @Override
      ClientMachine newMachine(String baseUrl) {
        return Zypper.withBaseUrl(baseUrl);
      }
    };

    abstract ClientMachine newMachine(String baseUrl);
  }

  /**
   * A client that didn't get its package.
   *
   * @param round from 1; 0 is before upstream changed for the first time
   * @param front its title
   */
  record Failure(int round, String front, Kind kind, Instant began, Instant ended, String output) {}

  private final Map<RepublishFront, Map<Kind, ClientSeat>> seats = new LinkedHashMap<>();
  private final List<Failure> failures = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(Kind.values().length);
  private int round;

  /**
   * @param seed decides who installs what; the same at each front
   */
  RepublishRounds(List<RepublishFront> fronts, long seed) {
    for (RepublishFront front : fronts) {
      Map<Kind, ClientSeat> both = new EnumMap<>(Kind.class);
      for (Kind kind : Kind.values()) {
        both.put(kind, new ClientSeat(front.url(), kind::newMachine, new Random(seed)));
      }
      seats.put(front, both);
    }
  }

  /**
   * Runs some rounds, the first of all as round 0.
   *
   * @param failed is told of each failure at once
   */
  void run(int rounds, Consumer<Failure> failed) throws InterruptedException {
    for (int end = round + rounds; round < end; round++) {
      for (RepublishFront front : seats.keySet()) {
        for (Failure failure : runAt(front)) {
          failures.add(failure);
          failed.accept(failure);
        }
      }
    }
  }

  private List<Failure> runAt(RepublishFront front) throws InterruptedException {
    List<Callable<Optional<Failure>>> clients = new ArrayList<>();
    seats
        .getOrDefault(front, Map.of())
        .forEach((kind, seat) -> clients.add(() -> install(front, kind, seat)));
    List<Failure> failed = new ArrayList<>();
    for (Future<Optional<Failure>> client : threads.invokeAll(clients)) {
      try {
        client.get().ifPresent(failed::add);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a client couldn't be run", e.getCause());
      }
    }
    return failed;
  }

  private Optional<Failure> install(RepublishFront front, Kind kind, ClientSeat seat) {
    Instant began = Instant.now();
    CommandResult result = seat.installNext();
    return result.exitCode() == 0
        ? Optional.empty()
        : Optional.of(
            new Failure(round, front.title(), kind, began, Instant.now(), result.output()));
  }

  /** All failures so far. */
  List<Failure> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    seats.values().forEach(both -> both.values().forEach(ClientSeat::close));
  }
}
