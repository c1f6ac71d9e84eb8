package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instantmirror.repodata.Text.refusal;
import static org.instantmirror.repodata.Text.stream;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.repodata.Location.Elsewhere;
import org.instantmirror.repodata.Location.Within;
import org.junit.jupiter.api.Test;

class PrimaryReaderTest {
  private static final String SHA256 =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private static final String BEGIN =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <metadata xmlns="http://linux.duke.edu/metadata/common"
        xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="1">
      """;

  private static final String HELLO =
      """
      <package type="rpm">
        <name>hello</name>
        <arch>x86_64</arch>
        <version epoch="2" ver="1.0^git" rel="3.fc43"/>
        <checksum type="sha256" pkgid="YES">%s</checksum>
        <summary>Says &lt;hello&gt;</summary>
        <description><![CDATA[<name>not this</name>]]></description>
        <time file="1700000001" build="1700000000"/>
        <size package="4711" installed="5" archive="6"/>
        <location href="Packages/h/hello-1.0^git-3.fc43.x86_64.rpm"/>
        <format>
          <rpm:license>MIT</rpm:license>
          <rpm:sourcerpm>hello-1.0^git-3.fc43.src.rpm</rpm:sourcerpm>
          <rpm:provides><rpm:entry name="hello" flags="EQ" epoch="0" ver="1"/></rpm:provides>
          <file type="dir">/usr/share/hello</file>
        </format>
      </package>
      """
          .formatted(SHA256);

  private static List<PackageEntry> read(String packages) throws IOException {
    return readAll(BEGIN + packages + "</metadata>", ReadLimits.DISTRIBUTION);
  }

  private static List<PackageEntry> readAll(String document, ReadLimits limits) throws IOException {
    List<PackageEntry> entries = new ArrayList<>();
    int count = PrimaryReader.read(stream(document), "primary.xml", limits, entries::add);
    assertThat(entries).hasSize(count);
    return entries;
  }

  @Test
  void whatPackagesGiveAndNeedIsReadByName() throws IOException {
    String needs =
        """
        <rpm:requires>
          <rpm:entry name="rpmlib(CompressedFileNames)" flags="LE" epoch="0" ver="3.0.4"/>
          <rpm:entry name="libc.so.6()(64bit)"/><rpm:entry name="/bin/sh" pre="1"/>
        </rpm:requires>
        <rpm:recommends><rpm:entry name="weak"/></rpm:recommends>
        <file>/usr/bin/hello</file></format>
        """;
    List<PackageNeeds> found = new ArrayList<>();
    PrimaryReader.readNeeds(
        stream(BEGIN + HELLO.replace("</format>", needs) + "</metadata>"),
        "primary.xml",
        ReadLimits.DISTRIBUTION,
        found::add);
    assertThat(found)
        .containsExactly(
            new PackageNeeds(
                read(HELLO).get(0),
                List.of("hello"),
                List.of("libc.so.6()(64bit)", "/bin/sh"),
                List.of("/usr/share/hello", "/usr/bin/hello")));
  }

  @Test
  void allOfAPackageIsRead() throws IOException {
    assertThat(read(HELLO))
        .containsExactly(
            new PackageEntry(
                "hello",
                new Evr(2, "1.0^git", "3.fc43"),
                "x86_64",
                new Checksum(ChecksumType.SHA256, SHA256),
                new Within("Packages/h/hello-1.0^git-3.fc43.x86_64.rpm"),
                4711,
                Instant.ofEpochSecond(1_700_000_001),
                Instant.ofEpochSecond(1_700_000_000),
                "hello-1.0^git-3.fc43.src.rpm"));
  }

  @Test
  void packagesComeInTheFilesOrder() throws IOException {
    assertThat(read(HELLO + HELLO.replace("<name>hello", "<name>other")))
        .extracting(PackageEntry::name)
        .containsExactly("hello", "other");
    assertThat(read("")).isEmpty();
  }

  @Test
  void baseMakesAPackageLieElsewhere() throws IOException {
    String based = HELLO.replace("<location ", "<location xml:base=\"http://x.example/\" ");
    assertThat(read(based))
        .extracting(PackageEntry::location)
        .containsExactly(
            new Elsewhere("http://x.example/Packages/h/hello-1.0^git-3.fc43.x86_64.rpm"));
  }

  @Test
  void whatIsNotKnownOfAPackageIsUnknown() throws IOException {
    PackageEntry entry =
        read(HELLO
                .replaceAll("<(time|size)[^>]*>", "")
                .replaceAll("(?s)<format>.*</format>", "")
                .replace("epoch=\"2\" ", "")
                .replace("type=\"sha256\"", "type=\"blake3\""))
            .get(0);
    assertThat(entry.size()).isEqualTo(-1);
    assertThat(entry.fileTime()).isNull();
    assertThat(entry.buildTime()).isNull();
    assertThat(entry.sourceRpm()).isNull();
    assertThat(entry.checksum()).isNull();
    assertThat(entry.evr().epoch()).isZero();
  }

  @Test
  void absurdNumbersAreUnknown() throws IOException {
    for (String absurd :
        List.of("-1", "9e18", "9223372036854775808", "x", "", "1125899906842625")) {
      PackageEntry entry =
          read(HELLO
                  .replace("package=\"4711\"", "package=\"" + absurd + "\"")
                  .replace("file=\"1700000001\"", "file=\"" + absurd + "\"")
                  .replace(
                      "epoch=\"2\"", "epoch=\"" + absurd.replace("1125899906842625", "z") + "\""))
              .get(0);
      assertThat(entry.size()).as(absurd).isEqualTo(-1);
      assertThat(entry.fileTime()).as(absurd).isNull();
      assertThat(entry.evr().epoch()).as(absurd).isZero();
    }
  }

  @Test
  void packageWithoutItsNameArchVersionOrLocationIsRefusedWithTheLine() {
    for (String element : List.of("name", "arch", "version", "location")) {
      String without =
          HELLO
              .replaceAll("<" + element + "[^>]*/>", "")
              .replaceAll("<" + element + ">.*</" + element + ">", "");
      assertThat(without).isNotEqualTo(HELLO);
      assertThat(refusal(() -> read(without)))
          .as(element)
          .startsWith("primary.xml, line 2")
          .contains("lacks its name, arch, version or location");
    }
  }

  @Test
  void emptyHrefAndVersionAreRefused() {
    assertThat(refusal(() -> read(HELLO.replaceAll("href=\"[^\"]*\"", "href=\"\""))))
        .contains("no href");
    assertThat(refusal(() -> read(HELLO.replaceAll("ver=\"[^\"]*\" ", ""))))
        .contains("line 7")
        .contains("no version");
  }

  @Test
  void fieldsTooLongAreRefused() {
    String longName = HELLO.replace("<name>hello", "<name>" + "x".repeat(2000));
    String longVersion = HELLO.replace("1.0^git\" rel", "x".repeat(2000) + "\" rel");
    String longHref = HELLO.replace("Packages/h", "x".repeat(5000));
    assertThat(refusal(() -> read(longName))).contains("<name> holds more than 1024 characters");
    assertThat(refusal(() -> read(longVersion))).contains("longer than 512");
    assertThat(refusal(() -> read(longHref))).contains("longer than 4000");
  }

  @Test
  void morePackagesThanTheLimitAreRefused() throws IOException {
    ReadLimits two = new ReadLimits(1 << 20, 100, 10_000, 2);
    assertThat(readAll(BEGIN + HELLO + HELLO + "</metadata>", two)).hasSize(2);
    assertThat(refusal(() -> readAll(BEGIN + HELLO + HELLO + HELLO + "</metadata>", two)))
        .contains("more than 2 packages");
  }

  @Test
  void documentThatIsCutOffIsRefusedWhereverThatIs() {
    String document = BEGIN + HELLO + "</metadata>";
    for (int length = 0; length < document.length(); length++) {
      String cut = document.substring(0, length);
      assertThat(refusal(() -> readAll(cut, ReadLimits.DISTRIBUTION)))
          .as(cut)
          .startsWith("primary.xml");
    }
  }

  @Test
  void anotherDocumentIsRefusedByItsName() {
    assertThat(refusal(() -> readAll("<html><body/></html>", ReadLimits.DISTRIBUTION)))
        .isEqualTo("primary.xml, line 1: the document is a <html>, not a <metadata>");
  }

  @Test
  void whatTheSinkThrowsIsPassedOn() {
    IOException full = new IOException("full");
    assertThatThrownBy(
            () ->
                PrimaryReader.read(
                    stream(BEGIN + HELLO + "</metadata>"),
                    "primary.xml",
                    ReadLimits.DISTRIBUTION,
                    entry -> {
                      throw full;
                    }))
        .isSameAs(full);
  }
}
