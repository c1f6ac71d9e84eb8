package org.instantmirror.server;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGHUP, which by custom tells a server to read its configuration again. */
final class HangUp {

  private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

  private HangUp() {}

  /**
   * Has the signal run a task, on a thread of its own, in place of ending the process.
   *
   * <p>{@code sun.misc.Signal} (module jdk.unsupported) is the only way there is, and naming it is
   * a warning of the compiler that nothing switches off: hence by reflection. Where it isn't there,
   * or the virtual machine keeps the signal ({@code -Xrs}), the signal does what it did before.
   */
  static void runs(Runnable task) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          Proxy.newProxyInstance(
              HangUp.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                switch (method.getName()) {
                  case "handle" -> task.run();
                  case "hashCode" -> {
                    return System.identityHashCode(proxy);
                  }
                  case "equals" -> {
                    return proxy == arguments[0];
                  }
                  default -> {
                    return "SIGHUP";
                  }
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), handling);
    } catch (ReflectiveOperationException | IllegalArgumentException unavailable) {
      LOG.warn("SIGHUP can't be used to reload: {}", String.valueOf(unavailable.getCause()));
    }
  }
}
