package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {
  private final List<String> closed = new ArrayList<>();

  private AutoCloseable open(String name) {
    AutoCloseable resource = () -> closed.add(name);
    Opened.add(resource);
    return resource;
  }

  @Test
  void setUpThatFailsHalfWayLeavesNothingThatItBegan() throws Throwable {
    AutoCloseable before = open("before");

    assertThatThrownBy(
            () ->
                Opened.orClosed(
                    () -> {
                      open("first");
                      open("second");
                      Opened.remove(open("third"));
                      throw new IllegalStateException("no port");
                    }))
        .hasMessage("no port");

    assertThat(closed).containsExactly("second", "first");
    Opened.remove(before);
  }

  @Test
  void setUpThatSucceedsLeavesAllOpen() throws Throwable {
    Opened.remove(Opened.orClosed(() -> open("first")));

    assertThat(closed).isEmpty();
  }

  @Test
  void whatCannotBeClosedDoesNotHideWhyTheSetUpFailed() {
    assertThatThrownBy(
            () ->
                Opened.orClosed(
                    () -> {
                      open("first");
                      Opened.add(
                          () -> {
                            throw new IllegalStateException("stuck");
                          });
                      throw new IllegalStateException("no port");
                    }))
        .hasMessage("no port")
        .hasSuppressedException(new IllegalStateException("stuck"));

    assertThat(closed).containsExactly("first");
  }
}
