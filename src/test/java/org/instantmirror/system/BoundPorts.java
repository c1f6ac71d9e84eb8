package org.instantmirror.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports on 127.0.0.1 for servers that can't choose one by themselves.
 *
 * <p>They lie below Linux's range for outgoing connections (32768 and up), so that no connection
 * takes one while its server is stopped and started again.
 */
final class BoundPorts {
  // Guarded by the class: a port is given out once in a run, also while its server is down.
  private static final Set<Integer> GIVEN = new HashSet<>();

  private BoundPorts() {}

  /** A port that nobody listens on and that was not given out before. */
  static synchronized int next() {
    for (int tries = 0; tries < 1000; tries++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      if (!GIVEN.contains(port) && isFree(port)) {
        GIVEN.add(port);
        return port;
      }
    }
    throw new IllegalStateException("no free port between 20000 and 32000");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
