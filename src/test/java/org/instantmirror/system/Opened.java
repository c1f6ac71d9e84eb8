package org.instantmirror.system;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * What is open of servers and folders. Where the set-up of a test fails half-way, in the fields of
 * its class, JUnit closes none of them, for there is no test instance: this closes what was begun.
 */
final class Opened implements InvocationInterceptor {
  // Guarded by the class.
  private static final List<AutoCloseable> OPEN = new ArrayList<>();

  /** To be called by a resource when it begins. */
  static synchronized void add(AutoCloseable resource) {
    OPEN.add(resource);
  }

  /** To be called by a resource when it is closed, or when no test owns it. */
  static synchronized void remove(AutoCloseable resource) {
    OPEN.removeIf(each -> each == resource);
  }

  /** What is open and isn't in a list of before, the latest first. */
  private static synchronized List<AutoCloseable> since(List<AutoCloseable> before) {
    List<AutoCloseable> news = new ArrayList<>(OPEN);
    news.removeIf(each -> before.stream().anyMatch(old -> old == each));
    Collections.reverse(news);
    return news;
  }

  private static synchronized List<AutoCloseable> now() {
    return List.copyOf(OPEN);
  }

  @Override
  public <T> T interceptTestClassConstructor(
      Invocation<T> invocation,
      ReflectiveInvocationContext<Constructor<T>> constructor,
      ExtensionContext context)
      throws Throwable {
    return orClosed(invocation::proceed);
  }

  /** A set-up. */
  interface SetUp<T> {
    T run() throws Throwable;
  }

  /** Runs a set-up; if it fails, what it has begun is closed. */
  static <T> T orClosed(SetUp<T> setUp) throws Throwable {
    List<AutoCloseable> before = now();
    try {
      return setUp.run();
    } catch (Throwable failure) {
      for (AutoCloseable each : since(before)) {
        try {
          each.close();
        } catch (Exception alsoFailed) {
          failure.addSuppressed(alsoFailed);
        }
        remove(each);
      }
      throw failure;
    }
  }
}
