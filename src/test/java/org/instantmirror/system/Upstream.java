package org.instantmirror.system;

/** A real web server that serves a folder, in the part of a distribution's server. */
interface Upstream extends AutoCloseable {
  /** Where the folder is served, ending in a slash. */
  String url();

  /** What it was asked since it was made. */
  AccessLog accessLog();

  /** Starts it, on the same port as before. */
  void start();

  /** Stops it at once: running transfers are cut, and new connections are refused. */
  void stop();

  /** Stops it for good and removes what it wrote. */
  @Override
  void close();
}
