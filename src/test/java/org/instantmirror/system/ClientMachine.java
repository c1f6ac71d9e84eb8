package org.instantmirror.system;

/**
 * A machine with a package manager, a root and a cache of its own, which knows one repository and
 * checks its signatures. Not thread-safe.
 */
interface ClientMachine extends AutoCloseable {
  /** Looks for news of the repository, and installs the package that its latest state has. */
  CommandResult installLatest(String packageName);

  /** Removes it, with its root. */
  @Override
  void close();
}
