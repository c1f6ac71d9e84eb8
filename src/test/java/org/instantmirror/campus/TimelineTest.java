package org.instantmirror.campus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {

  private final Line line = new Line(1);
  private final Timeline timeline = new Timeline(line);
  private final List<String> events = new ArrayList<>();

  private void plan(String name, double time) {
    timeline.at(time, () -> events.add(name + " " + timeline.now()));
  }

  @Test
  void eventsHappenInTheirOrderAndThoseOfOneMomentAsTheyWerePlanned() {
    plan("late", 3);
    plan("one", 2);
    plan("other", 2);
    plan("early", 1);
    timeline.runUntil(10);
    assertThat(events).containsExactly("early 1.0", "one 2.0", "other 2.0", "late 3.0");
  }

  @Test
  void whatIsPlannedForThePastHappensNext() {
    timeline.at(5, () -> plan("overdue", 1));
    plan("later", 6);
    timeline.runUntil(10);
    assertThat(events).containsExactly("overdue 5.0", "later 6.0");
  }

  @Test
  void itStopsBeforeTheEndAndGoesOnFromThere() {
    plan("before", 1);
    plan("at the end", 2);
    timeline.runUntil(2);
    assertThat(events).containsExactly("before 1.0");
    timeline.runUntil(3);
    assertThat(events).containsExactly("before 1.0", "at the end 2.0");
  }

  @Test
  void transfersEndBetweenEventsEvenIfThereAreNone() {
    plan("event", 4);
    line.begin(2, () -> plan("ended", 0));
    timeline.at(4, () -> line.begin(3, () -> plan("ended", 0)));
    timeline.runUntil(10);
    assertThat(events).containsExactly("ended 2.0", "event 4.0", "ended 7.0");
  }
}
