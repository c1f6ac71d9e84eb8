package org.instantmirror.campus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LineTest {

  private final Line line = new Line(100);
  private final Timeline timeline = new Timeline(line);
  private final List<String> ends = new ArrayList<>();

  private void ended(String name) {
    ends.add(name + " " + Math.round(10 * timeline.now()) / 10.0);
  }

  @Test
  void transfersThatClientsWaitForShareTheLineEqually() {
    line.begin(1000, () -> ended("large"));
    line.begin(500, () -> ended("small"));
    timeline.runUntil(100);
    assertThat(ends).containsExactly("small 10.0", "large 15.0");
    assertThat(line.bytes()).isCloseTo(1500, within(0.001));
  }

  @Test
  void whatComesLaterGetsItsShareFromThenOn() {
    line.begin(1000, () -> ended("first"));
    timeline.at(5, () -> line.begin(250, () -> ended("second")));
    timeline.runUntil(100);
    assertThat(ends).containsExactly("second 10.0", "first 12.5");
  }

  @Test
  void aheadComesOneAfterTheOtherWhatSavesMostFirst() {
    line.beginAhead(100, 1, () -> ended("little"));
    line.beginAhead(100, 3, () -> ended("most"));
    line.beginAhead(100, 2, () -> ended("some"));
    timeline.runUntil(100);
    assertThat(ends).containsExactly("most 1.0", "some 2.0", "little 3.0");
  }

  @Test
  void aheadRestsWhileAClientWaits() {
    line.beginAhead(1000, 1, () -> ended("ahead"));
    timeline.at(5, () -> line.begin(300, () -> ended("client")));
    timeline.runUntil(100);
    assertThat(ends).containsExactly("client 8.0", "ahead 13.0");
  }

  @Test
  void oneThatIsRaisedGoesOnAtOnceWithWhatIsLeft() {
    line.beginAhead(100, 2, () -> ended("better"));
    Line.Transfer raised = line.beginAhead(400, 1, () -> ended("raised"));
    timeline.at(0.5, raised::raise);
    timeline.runUntil(100);
    assertThat(ends).containsExactly("raised 4.5", "better 5.0");
    raised.raise();
    assertThat(line.nextEnd()).isInfinite();
  }

  @Test
  void theLineCarriesAllAndNeverMoreThanItCan() {
    SplittableRandom random = new SplittableRandom(7);
    long all = 0;
    List<Line.Transfer> ahead = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      long size = random.nextInt(2_000);
      double when = 5_000 * random.nextDouble();
      all += size;
      switch (random.nextInt(3)) {
        case 0 -> timeline.at(when, () -> line.begin(size, () -> ended("client")));
        case 1 -> timeline.at(when, () -> line.beginAhead(size, when, () -> ended("ahead")));
        default -> {
          timeline.at(when, () -> ahead.add(line.beginAhead(size, 1, () -> ended("raised"))));
          timeline.at(when + random.nextInt(50), () -> ahead.forEach(Line.Transfer::raise));
        }
      }
    }
    for (double now = 0; now <= 20_000; now += 100) {
      double before = line.bytes();
      timeline.runUntil(now);
      assertThat(line.bytes() - before).isBetween(0.0, 100 * 100 + 0.001);
    }
    assertThat(ends).hasSize(500);
    assertThat(line.bytes()).isCloseTo((double) all, within(0.01));
  }
}
