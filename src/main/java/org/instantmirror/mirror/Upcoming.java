package org.instantmirror.mirror;

import org.instantmirror.repo.Repo;
import org.jspecify.annotations.Nullable;

/** Is told of generations before they go live. Thread-safe; neither blocks nor throws. */
interface Upcoming {

  /** Nobody wants to know. */
  Upcoming NOBODY =
      new Upcoming() {
        @Override
        public void coming(Repo repo, Generation next, @Nullable Generation live) {}

        @Override
        public void wentLive(Generation generation) {}
      };

  /**
   * A generation is whole and verified, its packages are in the index, and it goes live next, if
   * nothing fails then.
   *
   * @param live the one whose place it takes; null if there is none
   */
  void coming(Repo repo, Generation next, @Nullable Generation live);

  /** It is live. */
  void wentLive(Generation generation);
}
