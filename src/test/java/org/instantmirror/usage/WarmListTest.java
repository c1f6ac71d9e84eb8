package org.instantmirror.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.instantmirror.usage.WarmList.Kind;
import org.instantmirror.usage.WarmWish.Build;
import org.instantmirror.usage.WarmWish.Group;
import org.instantmirror.usage.WarmWish.Name;
import org.instantmirror.usage.WarmWish.Without;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmListTest {

  @Test
  void namesAreSeparatedBySpaceAndMayBeGroupsAndPatterns() {
    assertThat(WarmList.read(Kind.NAMES, "bash, vim*\n@core -emacs # why\n#all\n glibc.i686"))
        .containsExactly(
            new Name("bash"),
            new Name("vim*"),
            new Group("core", false),
            new Without("emacs"),
            new Name("glibc.i686"));
  }

  @Test
  void aKickstartsPackagesAreTakenWithTheCoreGroup() {
    String text =
        """
        url --url=http://mirror/os/
        %packages --ignoremissing
        @^server-environment
        # nothing
        vim-enhanced   # better
        -@printing
        -sendmail
        %end
        %post
        bash
        %end
        """;
    assertThat(WarmList.read(Kind.KICKSTART, text))
        .containsExactly(
            new Group("core", true),
            new Group("server-environment", false),
            new Name("vim-enhanced"),
            new Without("@printing"),
            new Without("sendmail"));
    assertThat(WarmList.read(Kind.KICKSTART, "%packages --nocore\nbash\n%end"))
        .containsExactly(new Name("bash"));
    assertThatThrownBy(() -> WarmList.read(Kind.KICKSTART, "bash"))
        .hasMessageContaining("no %packages");
  }

  @Test
  void ofInstalledPackagesTheNamesCount() {
    String text =
        "bash-5.2.26-3.fc40.x86_64\ngpg-pubkey-a15b79cc-63d04c2c\nlibodd++-1.0^g-1~rc1.noarch\n";
    assertThat(WarmList.read(Kind.INSTALLED, text))
        .containsExactly(new Name("bash.x86_64"), new Name("libodd++.noarch"));
  }

  @ParameterizedTest
  @CsvSource({
    "bash-5.2.26-3.fc40.x86_64, bash, , 5.2.26, 3.fc40, x86_64",
    "bash-0:5.2.26-3.fc40.*, bash, 0, 5.2.26, 3.fc40, *",
    "1:kernel-rt-6.1-2.el9.x86_64, kernel-rt, 1, 6.1, 2.el9, x86_64",
    "kernel-0:5.14.0-70.*.x86_64, kernel, 0, 5.14.0, 70.*, x86_64"
  })
  void aLockNamesVersions(
      String line, String name, Long epoch, String version, String release, String arch) {
    assertThat(WarmList.read(Kind.LOCK, "# comment\n\n!excluded-1-1.noarch\n" + line))
        .containsExactly(new Build(name, epoch, version, release, arch));
  }

  @Test
  void aLockLineThatIsNoVersionIsRefused() {
    assertThatThrownBy(() -> WarmList.read(Kind.LOCK, "bash"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'bash' is no name-version-release.arch");
  }

  @Test
  void aListThatIsTooLongIsRefused() {
    assertThatThrownBy(() -> WarmList.read(Kind.NAMES, "a\n".repeat(WarmList.MOST_LINES + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WarmList.read(Kind.NAMES, "a".repeat(2000)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
