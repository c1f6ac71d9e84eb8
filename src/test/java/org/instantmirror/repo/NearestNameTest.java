package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {

  @ParameterizedTest
  @CsvSource({"'', '', 0", "abc, abc, 0", "'', abc, 3", "kitten, sitting, 3", "ab, ba, 2"})
  void distanceCountsInsertionsDeletionsAndReplacements(String a, String b, int distance) {
    assertThat(NearestName.distance(a, b)).isEqualTo(distance);
    assertThat(NearestName.distance(b, a)).isEqualTo(distance);
  }

  @Test
  void theNearestNameIsFoundWhateverTheCaseOfWhatWasWritten() {
    assertThat(NearestName.of("BaseURL", List.of("cachedir", "baseurl", "port")))
        .isEqualTo("baseurl");
    assertThat(NearestName.of("xy", List.of("xb", "xa"))).isEqualTo("xa");
  }
}
