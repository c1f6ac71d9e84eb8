package org.instantmirror.campus;

import java.util.List;

/** A way for a campus to get its packages. */
interface Way {

  /**
   * A machine wants a file.
   *
   * @param end run when it has it
   * @return whether it is there at once
   */
  boolean request(Machine machine, Release file, Runnable end);

  /** Upstream's repository has these from now on, each in place of the version before. */
  default void released(List<Release> files) {}

  /**
   * A machine tells what is installed; once a day.
   *
   * @param news what has changed since it told it last
   */
  default void reported(Machine machine, Machine.News news) {}
}
