package org.instantmirror.campus;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All of upstream's repository, by rsync each night; what isn't here yet comes from upstream. */
final class FullMirror implements Way {

  private static final double SYNC = 4 * Timeline.HOUR;

  private final Line line;
  private final Timeline timeline;
  private final Map<Integer, Release> news = new HashMap<>();
  private final Set<Release> here = new HashSet<>();
  private boolean planned;

  FullMirror(Line line, Timeline timeline) {
    this.line = line;
    this.timeline = timeline;
  }

  @Override
  public boolean request(Machine machine, Release file, Runnable end) {
    if (file.version() == 0 || here.contains(file)) {
      end.run();
      return true;
    }
    line.begin(file.size(), end);
    return false;
  }

  @Override
  public void released(List<Release> files) {
    files.forEach(file -> news.put(file.software(), file));
    if (!planned) {
      planned = true;
      double day = Math.floor(timeline.now() / Timeline.DAY) * Timeline.DAY;
      double tonight = day + SYNC;
      timeline.at(tonight > timeline.now() ? tonight : tonight + Timeline.DAY, this::sync);
    }
  }

  private void sync() {
    planned = false;
    news.values().forEach(file -> line.beginAhead(file.size(), 0, () -> here.add(file)));
    news.clear();
  }
}
