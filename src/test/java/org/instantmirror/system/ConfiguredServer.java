package org.instantmirror.system;

import java.util.List;
import java.util.function.Function;

/** A real web server with a folder, a port and a configuration of its own. */
abstract class ConfiguredServer implements Upstream {
  private final WorkDirectory work;
  private final int port = BoundPorts.next();
  private final HttpServerProcess process;

  /**
   * @param name of the folder and of its log
   * @param arguments for the program, from the work directory
   */
  ConfiguredServer(String name, Program program, Function<WorkDirectory, List<String>> arguments) {
    this.work = WorkDirectory.create(name);
    this.process =
        new HttpServerProcess(
            name,
            Command.of(program.path(), arguments.apply(work)),
            port,
            work.path().resolve(name + ".log"));
    Opened.add(this);
  }

  final WorkDirectory work() {
    return work;
  }

  final int port() {
    return port;
  }

  @Override
  public final String url() {
    return "http://127.0.0.1:" + port + "/";
  }

  @Override
  public final AccessLog accessLog() {
    return new AccessLog(work.path().resolve("access.log"));
  }

  @Override
  public final void start() {
    process.start();
  }

  @Override
  public final void stop() {
    process.stop();
  }

  @Override
  public final void close() {
    Opened.remove(this);
    process.close();
    work.close();
  }
}
