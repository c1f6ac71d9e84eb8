package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackageFileTest {

  @Test
  void aNameIsTakenApart() {
    assertThat(PackageFile.of("42/Packages/k/kernel-core-6.11.4-301.fc41.x86_64.rpm"))
        .contains(new PackageFile("42/Packages/k/", "kernel-core", "6.11.4", "301.fc41", "x86_64"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a.rpm", "a-1.rpm", "a-1-2.rpm", "-1-2.x.rpm", "a--2.x.rpm", "a-1-2.x.drpm", ""})
  void otherNamesAreNone(String path) {
    assertThat(PackageFile.of(path)).isEmpty();
  }

  @Test
  void versionsOfAPackageHaveNameFolderAndArchitectureInCommon() {
    PackageFile vim = PackageFile.of("p/vim-1-2.x86_64.rpm").orElseThrow();
    assertThat(vim.isVersionOf(PackageFile.of("p/vim-1-10.x86_64.rpm").orElseThrow())).isTrue();
    assertThat(vim.isVersionOf(PackageFile.of("q/vim-1-10.x86_64.rpm").orElseThrow())).isFalse();
    assertThat(vim.isVersionOf(PackageFile.of("p/vim-1-10.i686.rpm").orElseThrow())).isFalse();
    assertThat(vim.compareVersion(PackageFile.of("p/vim-1-10.x86_64.rpm").orElseThrow()))
        .isNegative();
  }
}
