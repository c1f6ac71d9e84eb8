package org.instantmirror.system;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where one client machine after the other stands, each with a network address of its own. A
 * machine gets one package at a time, in random order; a new one takes its place when it has all of
 * them or has failed. Not thread-safe.
 */
final class ClientSeat implements AutoCloseable {
  private static final List<SampleRpm> PACKAGES =
      List.of(SampleRpm.HELLO, SampleRpm.ODD, SampleRpm.TILDE);

  private final String url;
  private final Function<String, ClientMachine> newMachine;
  private final Random random;
  private final List<SampleRpm> wanted = new ArrayList<>();
  private @Nullable ClientAddress address;
  private @Nullable ClientMachine machine;

  /**
   * @param url the repository's base URL
   * @param newMachine makes a machine that has such a URL
   * @param random decides on the order of packages
   */
  ClientSeat(String url, Function<String, ClientMachine> newMachine, Random random) {
    this.url = url;
    this.newMachine = newMachine;
    this.random = random;
  }

  /** Installs the next package. */
  CommandResult installNext() {
    ClientMachine current = machine();
    SampleRpm next = wanted.remove(0);
    CommandResult result = current.installLatest(next.packageName());
    if (wanted.isEmpty() || result.exitCode() != 0) {
      close();
    }
    return result;
  }

  private ClientMachine machine() {
    ClientMachine current = machine;
    if (current == null) {
      ClientAddress fresh = ClientAddress.towards(url);
      address = fresh;
      current = newMachine.apply(fresh.url());
      machine = current;
      wanted.clear();
      wanted.addAll(PACKAGES);
      Collections.shuffle(wanted, random);
    }
    return current;
  }

  @Override
  public void close() {
    if (machine != null) {
      machine.close();
      machine = null;
    }
    if (address != null) {
      address.close();
      address = null;
    }
  }
}
