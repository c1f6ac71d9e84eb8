package org.instantmirror.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IdSetTest {

  private static IdSet set(Set<Integer> ids) {
    return IdSet.of(ids.stream().mapToInt(Integer::intValue));
  }

  @Property
  void itsBytesMakeTheSameSet(@ForAll Set<@IntRange(min = 0) Integer> ids) {
    IdSet set = set(ids);
    assertThat(IdSet.of(set.bytes())).isEqualTo(set);
    assertThat(set.size()).isEqualTo(ids.size());
  }

  @Property
  void whatAnotherDoesntHoldIsTheDifference(
      @ForAll Set<@IntRange(min = 0, max = 50) Integer> one,
      @ForAll Set<@IntRange(min = 0, max = 50) Integer> other) {
    List<Integer> found = new ArrayList<>();
    set(one).forEachNotIn(set(other), found::add);
    TreeSet<Integer> expected = new TreeSet<>(one);
    expected.removeAll(other);
    assertThat(found).containsExactlyElementsOf(expected);
  }

  @Test
  void neighboursTakeAByteEach() {
    assertThat(IdSet.of(IntStream.range(1_000, 3_000)).bytes()).hasSize(2_001);
    assertThat(IdSet.of(IntStream.of(3, 3, 1)).toString()).isEqualTo("[1, 3]");
    assertThat(IdSet.of(IntStream.of(1, 3)).contains(3)).isTrue();
    assertThat(IdSet.of(IntStream.of(1, 3)).contains(2)).isFalse();
  }

  @Test
  void bytesThatAreNoSetAreRefused() {
    assertThatThrownBy(() -> IdSet.of(new byte[] {(byte) 0x80}))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] large = {-1, -1, -1, -1, -1, -1, 1};
    assertThatThrownBy(() -> IdSet.of(large)).isInstanceOf(IllegalArgumentException.class);
  }
}
