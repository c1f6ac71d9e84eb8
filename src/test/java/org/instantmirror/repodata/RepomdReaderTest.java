package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.repodata.Text.refusal;
import static org.instantmirror.repodata.Text.stream;

import java.io.IOException;
import java.time.Instant;
import org.instantmirror.repodata.Location.Elsewhere;
import org.instantmirror.repodata.Location.Within;
import org.junit.jupiter.api.Test;

class RepomdReaderTest {
  private static final String SUM = "a9993e364706816aba3e25717850c26c9cd0d89d";

  private static final String DOCUMENT =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
        <revision> 1700000000 </revision>
        <tags><content>binary</content><distro cpeid="x">y</distro></tags>
        <data type="primary_zck">
          <checksum type="sha">%1$s</checksum>
          <open-checksum type="sha1">%1$s</open-checksum>
          <header-checksum type="sha1">%1$s</header-checksum>
          <location href="repodata/%1$s-primary.xml.zck"/>
          <timestamp>1700000001.25</timestamp>
          <size>10</size>
          <open-size>20</open-size>
          <header-size>30</header-size>
        </data>
        <data type="primary_db">
          <checksum type="gost">%1$s</checksum>
          <location xml:base="http://x.example/r" href="repodata/primary.sqlite.bz2"/>
          <database_version>10</database_version>
        </data>
        <data type="primary_db"><location href="second"/></data>
      </repomd>
      """
          .formatted(SUM);

  private static Repomd read(String document) throws IOException {
    return RepomdReader.read(stream(document), "repomd.xml", ReadLimits.LISTING);
  }

  @Test
  void allOfAPartIsRead() throws IOException {
    Repomd repomd = read(DOCUMENT);
    Checksum sum = new Checksum(ChecksumType.SHA1, SUM);

    assertThat(repomd.revision()).isEqualTo("1700000000");
    assertThat(repomd.parts()).hasSize(3);
    assertThat(repomd.part("primary_zck"))
        .contains(
            new RepomdPart(
                "primary_zck",
                new Within("repodata/" + SUM + "-primary.xml.zck"),
                sum,
                10,
                sum,
                20,
                sum,
                30,
                Instant.ofEpochSecond(1_700_000_001)));
  }

  @Test
  void whatIsMissingOrOfAnUnknownTypeIsUnknown() throws IOException {
    assertThat(read(DOCUMENT).part("primary_db"))
        .contains(
            new RepomdPart(
                "primary_db",
                new Elsewhere("http://x.example/r/repodata/primary.sqlite.bz2"),
                null,
                -1,
                null,
                -1,
                null,
                -1,
                null));
    assertThat(read("<repomd/>")).isEqualTo(new Repomd(null, java.util.List.of()));
    assertThat(read("<repomd><revision/></repomd>").revision()).isNull();
    assertThat(read(DOCUMENT).part("other")).isEmpty();
  }

  @Test
  void absurdSizesAreUnknown() throws IOException {
    String absurd =
        DOCUMENT.replace("<size>10", "<size>9e18").replace("<open-size>20", "<open-size>-5");
    RepomdPart part = read(absurd).part("primary_zck").orElseThrow();
    assertThat(part.size()).isEqualTo(-1);
    assertThat(part.openSize()).isEqualTo(-1);
  }

  @Test
  void partWithoutTypeOrLocationIsRefused() {
    assertThat(refusal(() -> read(DOCUMENT.replace(" type=\"primary_zck\"", ""))))
        .isEqualTo("repomd.xml, line 5: a <data> has no type");
    assertThat(refusal(() -> read("<repomd><data type='x'/></repomd>")))
        .contains("part 'x' has no location");
  }

  @Test
  void morePartsThanTheLimitAreRefused() {
    String parts = "<data type='x'><location href='y'/></data>".repeat(10_001);
    assertThat(refusal(() -> read("<repomd>" + parts + "</repomd>")))
        .contains("more than 10000 parts");
  }

  @Test
  void signedOrHtmlAnswersInItsPlaceAreRefused() {
    assertThat(refusal(() -> read("<!DOCTYPE html><html></html>"))).contains("document type");
    assertThat(refusal(() -> read("<html></html>"))).contains("a <html>, not a <repomd>");
    assertThat(refusal(() -> read("-----BEGIN PGP SIGNATURE-----"))).contains("not well-formed");
  }
}
