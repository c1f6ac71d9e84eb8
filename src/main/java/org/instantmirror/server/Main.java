package org.instantmirror.server;

/** The command line. */
public final class Main {
  private Main() {}

  /** Starts the mirror. */
  public static void main(String[] args) {}
}
