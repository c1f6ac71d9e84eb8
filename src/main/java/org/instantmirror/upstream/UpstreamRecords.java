package org.instantmirror.upstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.instantmirror.repo.BaseUrl;
import org.jspecify.annotations.Nullable;

/** What is known of the upstreams of a repository, the lately used ones. Thread-safe. */
final class UpstreamRecords {

  /** Lists come and go, and so do their mirrors. */
  private static final int MOST = 2000;

  // Guarded by this.
  private final Map<BaseUrl, Entry> entries =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BaseUrl, Entry> eldest) {
          return size() > MOST;
        }
      };

  /** What is known of one upstream. */
  record Entry(Health health, Speed speed, Currency.@Nullable Sight sight) {
    static final Entry NOTHING = new Entry(Health.GOOD, Speed.UNKNOWN, null);

    Entry with(Health other) {
      return new Entry(other, speed, sight);
    }

    Entry with(Speed other) {
      return new Entry(health, other, sight);
    }

    Entry with(Currency.Sight other) {
      return new Entry(health, speed, other);
    }
  }

  synchronized Entry of(BaseUrl upstream) {
    return entries.getOrDefault(upstream, Entry.NOTHING);
  }

  synchronized void update(Upstream upstream, UnaryOperator<Entry> change) {
    Entry before = entries.getOrDefault(upstream.base(), Entry.NOTHING);
    entries.put(upstream.base(), change.apply(before));
  }
}
