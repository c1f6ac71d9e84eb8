package org.instantmirror.campus;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** Plain LRU, as of a proxy that knows nothing of packages. */
final class LeastRecentlyUsed implements Cache.Eviction {

  private final Set<Release> files = new LinkedHashSet<>();

  @Override
  public void stored(Release file) {
    files.add(file);
  }

  @Override
  public void used(Release file) {
    files.remove(file);
    files.add(file);
  }

  @Override
  public boolean has(Release file) {
    return files.contains(file);
  }

  @Override
  public long evict(long held, long capacity) {
    long freed = 0;
    for (Iterator<Release> oldest = files.iterator(); held - freed > capacity; ) {
      freed += oldest.next().size();
      oldest.remove();
    }
    return freed;
  }
}
