package org.instantmirror.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.ListedPackage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AskedPackagesTest {

  private static final RepoId FEDORA = new RepoId("fedora");

  @ParameterizedTest
  @CsvSource({
    "42/x86_64/Packages/h/hello-2.12-1.fc42.x86_64.rpm, 42/x86_64, hello, x86_64",
    "42/x86_64/os/Packages/lib-foo-1.0~rc1-2.noarch.rpm, 42/x86_64/os, lib-foo, noarch",
    "hello-2.12-1.x86_64.rpm, '', hello, x86_64",
    "a/b/hello-2.12-1.x86_64.rpm, a/b, hello, x86_64",
    "oss/noarch/hello-2.12-1.noarch.rpm, oss, hello, noarch",
  })
  void aFileIsNamedAfterItsPackage(String path, String folder, String name, String arch) {
    assertThat(AskedPackages.named(new EntryKey(FEDORA, path)))
        .contains(new UsedPackage(new RepositoryFolder(FEDORA, folder), name, arch));
  }

  @ParameterizedTest
  @CsvSource({"hello.rpm", "a-b.rpm", "a-1-2.rpm", "-1-2.x86_64.rpm", "a-1-2.x.drpm", "a-1-2..rpm"})
  void whatIsNotNamedLikeAPackageIsNone(String path) {
    Optional<UsedPackage> found = AskedPackages.named(new EntryKey(FEDORA, path));
    assertThat(found).isEmpty();
  }

  @Test
  void whatTheRepositoryListsDecidesAndIsAskedForOnce() {
    EntryKey key = new EntryKey(FEDORA, "42/odd.rpm");
    RepositoryFolder folder = new RepositoryFolder(FEDORA, "42");
    List<EntryKey> asked = new ArrayList<>();
    AskedPackages packages =
        new AskedPackages(
            path -> {
              asked.add(path);
              return asked.size() == 1
                  ? List.of()
                  : List.of(
                      new ListedPackage(
                          folder, 1, "odd", new Evr(0, "1", "1"), "noarch", null, 1, null));
            });
    assertThat(packages.of(key)).isEmpty();
    UsedPackage odd = new UsedPackage(folder, "odd", "noarch");
    assertThat(packages.of(key)).contains(odd);
    assertThat(packages.of(key)).contains(odd);
    assertThat(asked).hasSize(2);
  }
}
