package org.instantmirror.campus;

/** A cache that is filled by what is asked for. */
final class PlainCache implements Way {

  private final Cache cache;

  /**
   * @param capacity in bytes
   */
  PlainCache(Line line, long capacity) {
    this.cache = new Cache(line, capacity, new LeastRecentlyUsed());
  }

  @Override
  public boolean request(Machine machine, Release file, Runnable end) {
    return cache.request(file, end);
  }
}
