package org.instantmirror.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.instantmirror.repo.Access;
import org.instantmirror.repo.AddressRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Address first, then the name. */
class ReadGateTest {

  private static Set<String> words(@Nullable String text) {
    return text == null ? Set.of() : Set.of(text.split(" ", -1));
  }

  private static @Nullable List<AddressRange> ranges(String text) {
    return text.equals("all")
        ? null
        : Stream.of(text.split(" ", -1))
            .filter(range -> !range.equals("none"))
            .map(AddressRange::parse)
            .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "all,                   , , 192.0.2.1, , , MAY",
    "none,                  , , 127.0.0.1, , , MAY_NOT",
    "192.0.2.0/24,          , , 192.0.2.1, , , MAY",
    "192.0.2.0/24 fd00::/8, , , fd00::1, , , MAY",
    "192.0.2.0/24,          , , ::ffff:192.0.2.1, , , MAY",
    "192.0.2.0/24,          , , 192.0.3.1, , , MAY_NOT",
    "192.0.2.0/24,          , , mirror.example, , , MAY_NOT",
    "all, ann, , 192.0.2.1, , , UNKNOWN",
    "all, ann, , 192.0.2.1, ann, , MAY",
    "all, ann, , 192.0.2.1, eve, , MAY_NOT",
    "all, ann, staff, 192.0.2.1, eve, staff, MAY",
    "all, , staff, 192.0.2.1, , , UNKNOWN",
    "all, , staff, 192.0.2.1, ann, other, MAY_NOT",
    "192.0.2.0/24, ann, , 192.0.3.1, , , MAY_NOT",
    "192.0.2.0/24, ann, , 192.0.3.1, ann, , MAY_NOT",
  })
  void judges(
      String allow,
      @Nullable String users,
      @Nullable String roles,
      String address,
      @Nullable String user,
      @Nullable String role,
      ReadGate.Verdict verdict) {
    Access access = new Access(ranges(allow), words(users), words(roles));
    assertThat(ReadGate.judge(access, address, user, each -> each.equals(role))).isEqualTo(verdict);
  }
}
