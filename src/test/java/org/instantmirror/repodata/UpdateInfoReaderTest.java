package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.repodata.Text.refusal;
import static org.instantmirror.repodata.Text.stream;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.repodata.Advisory.AdvisoryPackage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpdateInfoReaderTest {
  private static final String DOCUMENT =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <updates>
        <update from="updates@example.org" status="stable" type="security" version="2.0">
          <id>FEDORA-2024-0123</id>
          <title>hello-1-2</title>
          <issued date="2024-01-31 12:34:56"/>
          <updated date="2024-02-01 00:00:00"/>
          <severity>Important</severity>
          <description>Fixes &amp; more</description>
          <references><reference id="1" title="x" type="bugzilla" href="http://x"/></references>
          <pkglist>
            <collection short="F39"><name>Fedora 39</name>
              <module name="m" stream="1"/>
              <package name="hello" version="1" release="2" epoch="0" arch="x86_64" src="s.rpm">
                <filename>hello-1-2.x86_64.rpm</filename>
                <sum type="md5">0</sum>
                <reboot_suggested>True</reboot_suggested>
              </package>
              <package name="hello-doc" version="1" release="2" epoch="3" arch="noarch"/>
            </collection>
            <collection><package name="other" version="5" release="1" arch="src"/></collection>
          </pkglist>
        </update>
        <update><id>PLAIN-1</id></update>
      </updates>
      """;

  private static List<Advisory> read(String document) throws IOException {
    List<Advisory> advisories = new ArrayList<>();
    UpdateInfoReader.read(
        stream(document), "updateinfo.xml", ReadLimits.DISTRIBUTION, advisories::add);
    return advisories;
  }

  @Test
  void allOfAnAdvisoryIsRead() throws IOException {
    assertThat(read(DOCUMENT))
        .containsExactly(
            new Advisory(
                "FEDORA-2024-0123",
                "security",
                "Important",
                Instant.parse("2024-01-31T12:34:56Z"),
                List.of(
                    new AdvisoryPackage(
                        "hello", new Evr(0, "1", "2"), "x86_64", "hello-1-2.x86_64.rpm"),
                    new AdvisoryPackage("hello-doc", new Evr(3, "1", "2"), "noarch", null),
                    new AdvisoryPackage("other", new Evr(0, "5", "1"), "src", null))),
            new Advisory("PLAIN-1", "", null, null, List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "2024-01-31 12:34:56, 2024-01-31T12:34:56Z",
    "2024-01-31 12:34:56 UTC, 2024-01-31T12:34:56Z",
    "2024-01-31T12:34:56Z, 2024-01-31T12:34:56Z",
    "2024-01-31 12:34, 2024-01-31T12:34:00Z",
    "2024-01-31, 2024-01-31T00:00:00Z",
    "1700000000, 2023-11-14T22:13:20Z",
    "2024-13-31,",
    "yesterday,",
    "'',",
    ",",
  })
  void datesAreReadInEachFormThatIsInUse(@Nullable String text, @Nullable Instant date) {
    assertThat(UpdateInfoReader.date(text)).isEqualTo(date);
  }

  @Test
  void advisoryWithoutIdAndPackageWithoutNameAreRefused() {
    assertThat(refusal(() -> read("<updates>\n<update/></updates>")))
        .isEqualTo("updateinfo.xml, line 2: an <update> has no id");
    assertThat(refusal(() -> read(DOCUMENT.replace("name=\"other\" ", ""))))
        .contains("a <package> has no name");
    assertThat(refusal(() -> read(DOCUMENT.replace(" version=\"5\"", "")))).contains("no version");
  }

  @Test
  void advisoryOfPackagesWithoutEndIsRefused() {
    String one = "<package name='n' version='1' release='1' arch='a'/>";
    assertThat(
            refusal(
                () ->
                    read(
                        "<updates><update><id>x</id><pkglist><collection>"
                            + one.repeat(100_001)
                            + "</collection></pkglist></update></updates>")))
        .contains("advisory 'x' has more packages");
  }
}
