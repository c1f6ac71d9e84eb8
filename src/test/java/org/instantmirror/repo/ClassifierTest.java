package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifierTest {

  private static final String SHA256 = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource({
    "a-1-1.noarch.rpm, PACKAGE",
    "Packages/a/a-1.0^20240101git-1.x86_64.rpm, PACKAGE",
    "SRPMS/a-1-1.src.rpm, PACKAGE",
    "drpms/a-1_2-1.noarch.drpm, PACKAGE",
    "repodata/repomd.xml, METADATA",
    "repodata/repomd.xml.asc, METADATA",
    "repodata/repomd.xml.key, METADATA",
    "repodata/primary.xml.gz, METADATA",
    "BaseOS/x86_64/os/repodata/repomd.xml, METADATA",
    "39/repodata/sub/x, METADATA",
    "media.repo, METADATA",
    "media.repo.asc, METADATA",
    ".treeinfo, METADATA",
    "treeinfo, METADATA",
    "BaseOS/x86_64/os/.treeinfo, METADATA",
    ".treeinfo.sig, METADATA",
    ".discinfo, METADATA",
    ".composeinfo, METADATA",
    "COMPOSE_ID, METADATA",
    "extra_files.json, METADATA",
    "RPM-GPG-KEY-fedora-39-x86_64, METADATA",
    "keys/RPM-GPG-KEY, METADATA",
    "gpg-pubkey-3dbdc284-53674dd4.asc, METADATA",
    "images/boot.iso, METADATA",
    "images/install.img, METADATA",
    "images/pxeboot/vmlinuz, METADATA",
    "images/pxeboot/initrd.img, METADATA",
    "os/images/generic.prm, METADATA",
    "isolinux/vmlinuz, METADATA",
    "isolinux/isolinux.cfg, METADATA",
    "EFI/BOOT/BOOTX64.EFI, METADATA",
    "EFI/BOOT/grub.cfg, METADATA",
    "LiveOS/squashfs.img, METADATA",
    "iso/Fedora-Server-dvd-x86_64-39-1.5.iso, METADATA",
    "media.1/media, METADATA",
    "media.1/products.key, METADATA",
    // Folders, and what may be one.
    "'', OTHER",
    "repodata/, OTHER",
    "repodata, OTHER",
    "Packages/a/, OTHER",
    "images/, OTHER",
    "images, OTHER",
    "images/pxeboot, OTHER",
    "EFI/BOOT, OTHER",
    "a.rpm/, OTHER",
    // Neither.
    "index.html, OTHER",
    "Packages/README, OTHER",
    "a.rpm.sha256, OTHER",
    "a.RPM, OTHER",
    "a.deb, OTHER",
    "myrepodata/x, OTHER",
    "repodata.old/x, OTHER",
    "timages/x.png, OTHER",
    "fedora.repo, OTHER",
    "vmlinuz, OTHER",
  })
  void builtInRulesTellPackagesAndMetadataFromTheRest(String path, FileClass expected) {
    assertThat(Classifier.BUILT_IN.classify(path)).isEqualTo(expected);
  }

  @Test
  void addedPatternsCountAsMetadata() {
    Classifier classifier = new Classifier(List.of("CHECKSUM*", "docs/**"), List.of());
    assertThat(classifier.classify("iso/CHECKSUM")).isEqualTo(FileClass.METADATA);
    assertThat(classifier.classify("docs/a/b.html")).isEqualTo(FileClass.METADATA);
    assertThat(classifier.classify("docs/a/")).isEqualTo(FileClass.OTHER);
    assertThat(classifier.classify("x/docs/b.html")).isEqualTo(FileClass.OTHER);
  }

  @Test
  void aPackageStaysAPackageWhateverIsAdded() {
    assertThat(new Classifier(List.of("*"), List.of()).classify("a.rpm"))
        .isEqualTo(FileClass.PACKAGE);
  }

  @Test
  void removedPatternsWinOverBuiltInAndAddedOnes() {
    Classifier classifier =
        new Classifier(List.of("x*"), List.of("*.iso", "x1", "*-debuginfo-*.rpm"));
    assertThat(classifier.classify("iso/a.iso")).isEqualTo(FileClass.OTHER);
    assertThat(classifier.classify("x1")).isEqualTo(FileClass.OTHER);
    assertThat(classifier.classify("x2")).isEqualTo(FileClass.METADATA);
    assertThat(classifier.classify("a-debuginfo-1.rpm")).isEqualTo(FileClass.OTHER);
  }

  @ParameterizedTest
  @CsvSource({
    "a*c, abc, true",
    "a*c, a/c, false",
    "a*c, x/abc, true",
    "/abc, x/abc, false",
    "/abc, abc, true",
    "x/a*, x/abc, true",
    "x/a*, y/x/abc, false",
    "x/*, x/a/b, false",
    "x/**, x/a/b, true",
    "**/a, a, true",
    "**/a, x/y/a, true",
    "**/a, x/ya, false",
    "x/**/a, x/a, true",
    "x/**/a, x/y/z/a, true",
    "x/**/a, xa, false",
    "?.rpm, a.rpm, true",
    "?.rpm, 🦊.rpm, true",
    "?.rpm, ab.rpm, false",
    "[a-c]x, bx, true",
    "[a-c]x, dx, false",
    "[!a-c]x, dx, true",
    "[!a-c]x, bx, false",
    "[]x]y, ]y, true",
    "a[-]b, a-b, true",
    "a/[!x]b, a//b, false",
    "a.b, axb, false",
    "a+(b), a+(b), true",
    "*a*b*, xxaxxbxx, true",
    "*a*b*, xxbxxaxx, false",
  })
  void patternsAreAShells(String pattern, String path, boolean matches) {
    assertThat(Glob.matches(pattern, path)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "a[b", "[]", "[!]"})
  void malformedPatternsAreRefused(String pattern) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Classifier(List.of(pattern), List.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Classifier(List.of(), List.of(pattern)));
  }

  @Test
  void manyWildcardsDoNotMakeALongNameExpensive() {
    assertThat(Glob.matches("*a".repeat(60) + "b", "a".repeat(255))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 64, 96, 128})
  void aNameInRepodataThatBeginsWithAChecksumHoldsIt(int digits) {
    String checksum = "a1".repeat(digits / 2);
    assertThat(Classifier.namesItsChecksum("repodata/" + checksum + "-primary.xml.gz")).isTrue();
    assertThat(Classifier.namesItsChecksum("x/repodata/" + checksum + "-a")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "repodata/repomd.xml",
        "repodata/primary.xml.gz",
        "repodata/%s.xml.gz",
        "repodata/%s",
        "repodata/%s-",
        "repodata/%s0-primary.xml.gz",
        "repodata/x%s-primary.xml.gz",
        "repodata/%s-primary.xml.gz.asc",
        "repodata/0123abcd-primary.xml.gz",
        "repodata/123e4567-e89b-12d3-a456-426614174000-PRIMARY.xml.gz",
        "repodata/sub/%s-primary.xml.gz",
        "xrepodata/%s-primary.xml.gz",
        "%s-primary.xml.gz",
        "Packages/%s-1.rpm",
      })
  void otherNamesHoldNoChecksum(String path) {
    assertThat(Classifier.namesItsChecksum(path.formatted(SHA256))).isFalse();
  }
}
