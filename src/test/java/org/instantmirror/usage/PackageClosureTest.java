package org.instantmirror.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.Location;
import org.instantmirror.repodata.PackageEntry;
import org.instantmirror.repodata.PackageGroup;
import org.instantmirror.repodata.PackageNeeds;
import org.instantmirror.usage.WarmList.Kind;
import org.junit.jupiter.api.Test;

class PackageClosureTest {

  private final List<PackageNeeds> packages = new ArrayList<>();
  private final List<PackageGroup> groups = new ArrayList<>();

  /** A package by its whole name, that requires these. */
  private void add(String nevra, List<String> requires, String... provides) {
    WarmWish.Build build = WarmList.build(nevra).orElseThrow();
    PackageEntry entry =
        new PackageEntry(
            build.name(),
            new Evr(0, build.version(), build.release()),
            build.arch(),
            null,
            new Location.Within(nevra + ".rpm"),
            1,
            null,
            null,
            null);
    packages.add(new PackageNeeds(entry, Arrays.asList(provides), requires, List.of()));
  }

  private PackageClosure.Result of(Kind kind, String list) {
    PackageCatalog catalog = new PackageCatalog();
    for (PackageNeeds each : packages) {
      String path = each.entry().location().pathWithin().orElseThrow();
      catalog.add(new EntryKey(new RepoId("os"), path), each, true);
    }
    packages.forEach(catalog::addProviders);
    return new PackageClosure(catalog, groups).of(WarmList.read(kind, list));
  }

  private List<String> names(String list) {
    return of(Kind.NAMES, list).packages().stream()
        .map(key -> key.path().replaceFirst("\\.rpm$", ""))
        .toList();
  }

  @Test
  void whatAPackageNeedsComesWithItAndWhatThatNeeds() {
    add("bash-5-1.x86_64", List.of("libc.so.6()(64bit)", "/bin/sh"), "bash", "/bin/sh");
    add("glibc-2-1.x86_64", List.of("glibc-common"), "libc.so.6()(64bit)");
    add("glibc-common-2-1.x86_64", List.of());
    add("vim-9-1.x86_64", List.of("bash"));
    assertThat(names("bash"))
        .containsExactlyInAnyOrder(
            "bash-5-1.x86_64", "glibc-2-1.x86_64", "glibc-common-2-1.x86_64");
  }

  @Test
  void theNewestVersionCountsUnlessAnotherIsNamed() {
    add("a-1-9.noarch", List.of());
    add("a-1-10.noarch", List.of());
    add("b-1-1.noarch", List.of("a"));
    assertThat(names("a")).containsExactly("a-1-10.noarch");
    assertThat(names("b")).containsExactly("b-1-1.noarch", "a-1-10.noarch");
    assertThat(names("b a-1-9.noarch")).containsExactlyInAnyOrder("b-1-1.noarch", "a-1-9.noarch");
    assertThat(of(Kind.LOCK, "a-0:1-9.*").packages())
        .extracting(EntryKey::path)
        .containsExactly("a-1-9.noarch.rpm");
  }

  @Test
  void whereNoArchitectureIsNamedThatOfMostPackagesIsMeant() {
    add("glibc-2-1.x86_64", List.of());
    add("glibc-2-1.i686", List.of());
    add("bash-5-1.x86_64", List.of());
    add("doc-1-1.noarch", List.of());
    assertThat(names("glibc doc")).containsExactly("glibc-2-1.x86_64", "doc-1-1.noarch");
    assertThat(names("glibc.i686")).containsExactly("glibc-2-1.i686");
    assertThat(names("g*c")).containsExactly("glibc-2-1.x86_64");
  }

  @Test
  void ofSeveralProvidersOneThatIsChosenWinsThenTheNameItselfThenTheShortest() {
    add("mailer-1-1.noarch", List.of("mta"));
    add("needs-exim-1-1.noarch", List.of("exim"));
    add("postfix-1-1.noarch", List.of(), "mta");
    add("exim-1-1.noarch", List.of(), "mta");
    assertThat(names("mailer")).containsExactly("mailer-1-1.noarch", "exim-1-1.noarch");
    assertThat(names("mailer postfix")).containsExactly("mailer-1-1.noarch", "postfix-1-1.noarch");
    add("mta-1-1.noarch", List.of());
    assertThat(names("mailer")).containsExactly("mailer-1-1.noarch", "mta-1-1.noarch");
  }

  @Test
  void whatNobodyProvidesAndWhatDoesNotExistIsSaid() {
    add("a-1-1.noarch", List.of("nowhere", "(b if c)"));
    PackageClosure.Result result = of(Kind.NAMES, "a zzz @nogroup b-1-1.noarch");
    assertThat(result.packages()).hasSize(1);
    assertThat(result.unsatisfied()).containsExactly("nowhere");
    assertThat(result.notFound()).containsExactly("zzz", "@nogroup", "b-1-1.noarch");
  }

  @Test
  void groupsAndEnvironmentsStandForTheirPackagesAndExclusionsTakeSomeBack() {
    groups.add(new PackageGroup("core", List.of("bash", "sendmail", "absent"), List.of()));
    groups.add(new PackageGroup("print", List.of("cups"), List.of()));
    groups.add(new PackageGroup("server", List.of(), List.of("core", "print")));
    add("bash-5-1.noarch", List.of());
    add("sendmail-8-1.noarch", List.of());
    add("cups-2-1.noarch", List.of());
    assertThat(names("@core")).containsExactly("bash-5-1.noarch", "sendmail-8-1.noarch");
    assertThat(names("@server -sendmail -@print")).containsExactly("bash-5-1.noarch");
    // Which packages of a group a repository lacks is its maker's affair.
    assertThat(of(Kind.KICKSTART, "%packages\n@print\n%end").notFound()).isEmpty();
  }

  @Test
  void packagesThatNeedEachOtherEnd() {
    add("a-1-1.noarch", List.of("b"));
    add("b-1-1.noarch", List.of("a"));
    assertThat(names("a")).containsExactly("a-1-1.noarch", "b-1-1.noarch");
  }
}
