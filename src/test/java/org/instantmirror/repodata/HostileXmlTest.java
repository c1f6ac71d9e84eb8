package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instantmirror.repodata.Text.refusal;
import static org.instantmirror.repodata.Text.stream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Documents that are made to exhaust, or to read what isn't theirs; for each reader of XML. */
class HostileXmlTest {
  private static final ReadLimits LIMITS = new ReadLimits(1L << 40, 1_000_000, 100_000, 100_000);

  private static String repomd(String content) {
    return "<repomd>" + content + "</repomd>";
  }

  private static Repomd read(InputStream in) throws IOException {
    return RepomdReader.read(in, "repomd.xml", LIMITS);
  }

  private static String refusalOf(String document) {
    return refusal(() -> read(stream(document)));
  }

  /** A stream of some text, as often as anybody asks. */
  private static InputStream endless(String begin, String text) {
    byte[] block = text.repeat(1 + 10_000 / text.length()).getBytes(StandardCharsets.UTF_8);
    InputStream blocks =
        new SequenceInputStream(
            Collections.enumeration(
                Stream.concat(
                        Stream.of(stream(begin)),
                        Stream.generate(() -> (InputStream) new ByteArrayInputStream(block))
                            .limit(20_000))
                    .toList()));
    return blocks;
  }

  @Test
  void documentTypesAreRefused() {
    assertThat(refusalOf("<!DOCTYPE repomd><repomd/>")).contains("document type");
    assertThat(refusalOf("<!DOCTYPE r SYSTEM 'file:///etc/passwd'><repomd/>"))
        .contains("document type");
    assertThat(
            refusalOf(
                "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><repomd>&b;</repomd>"))
        .contains("document type");
  }

  @Test
  void entitiesAreRefused() {
    assertThat(refusalOf(repomd("<revision>&x;</revision>"))).contains("the entity 'x'");
    assertThat(refusalOf(repomd("<data type='&x;'/>"))).contains("\"x\" was referenced");
  }

  @Test
  void xmlsOwnEntitiesAndCharacterReferencesAreRead() throws IOException {
    Repomd repomd = read(stream(repomd("<revision>&lt;&amp;&#65;<![CDATA[&x;]]></revision>")));
    assertThat(repomd.revision()).isEqualTo("<&A&x;");
  }

  @Test
  void tokensLongerThanTheLimitAreRefusedWithoutBeingHeld() {
    List<String> beginnings =
        List.of(
            "<repomd a='",
            "<repomd><!--",
            "<repomd><?pi ",
            "<repomd><![CDATA[",
            "<repomd>",
            "<repomd><",
            "<repomd></",
            "<repomd a",
            "<!DOCTYPE r [<!--",
            "<!DOCTYPE ",
            "<?xml version='1.0'",
            "<?xml version='1.0'?>");
    for (String begin : beginnings) {
      for (String text : List.of("x", " ", "é", "x='y' ")) {
        assertThat(refusal(() -> read(endless(begin, text))))
            .as(begin + text)
            .startsWith("repomd.xml");
      }
    }
    assertThat(refusal(() -> read(endless("<repomd a='", "x"))))
        .isEqualTo("repomd.xml: a tag, a comment or a text is longer than 100000 bytes");
  }

  @Test
  void textInManyPiecesIsBounded() {
    assertThat(refusal(() -> read(endless("<repomd><revision>", "xy<!-- -->"))))
        .contains("<revision> holds more than 1024 characters");
  }

  @Test
  void deepNestingIsRefused() {
    assertThat(refusal(() -> read(endless("<repomd>", "<a>")))).contains("nested deeper than 32");
  }

  @Test
  void namesWithoutEndAreRefused() {
    for (String form :
        List.of(
            "<n%d/>",
            "<a n%d=''/>",
            "<p%d:a xmlns:p%<d='u'/>",
            "<a xmlns='http://n%d'/>",
            "<?n%d x?>",
            "<a xmlns:p%d='x' p%<d:b=''/>")) {
      StringBuilder document = new StringBuilder("<repomd>");
      for (int i = 0; i < 3_000; i++) {
        document.append(String.format(form, i));
      }
      String text = document.append("</repomd>").toString();
      assertThat(refusalOf(text)).as(form).contains("line 1").contains("different names");
    }
  }

  @Test
  void documentsAreUtf8WhateverTheyDeclare() throws IOException {
    String document = "<?xml version='1.0' encoding='%s'?><repomd><revision>é</revision></repomd>";
    assertThat(read(stream(document.replace("%s", "utf-8"))).revision()).isEqualTo("é");
    assertThat(read(stream(document.replace("%s", "ISO-8859-1"))).revision()).isEqualTo("é");
    assertThat(read(stream("\uFEFF<repomd/>")).parts()).isEmpty();
    byte[] latin = document.replace("%s", "ISO-8859-1").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(refusal(() -> read(stream(latin)))).contains("not UTF-8");
    byte[] utf16 = document.replace("%s", "UTF-16").getBytes(StandardCharsets.UTF_16);
    assertThat(refusal(() -> read(stream(utf16)))).isEqualTo("repomd.xml: it is not UTF-8");
  }

  @Test
  void badBytesAreRefusedWhereverTheyAre() {
    byte[] document =
        repomd("<other>" + " ".repeat(50_000) + "</other>").getBytes(StandardCharsets.UTF_8);
    for (int at : new int[] {0, 1, 20, 30_000, document.length - 1}) {
      byte[] bad = document.clone();
      bad[at] = (byte) 0xc3;
      assertThat(refusal(() -> read(stream(bad)))).as("at %d", at).contains("not UTF-8");
    }
  }

  @Test
  void whatIsNoXmlIsRefused() {
    assertThat(refusalOf("")).contains("not well-formed");
    assertThat(refusalOf("<repomd/><repomd/>")).contains("not well-formed");
    assertThat(refusalOf("<repomd/>x")).contains("not well-formed");
    assertThat(refusalOf("<a:repomd/>")).contains("not well-formed");
    assertThat(refusalOf("<repomd>\u0001</repomd>")).contains("not well-formed");
  }

  @Test
  void faultOfTheStreamIsPassedOn() {
    IOException broken = new IOException("broken disk");
    InputStream in = Text.brokenAfter(Text.bytes("<repomd><revision>"), broken);
    assertThatThrownBy(() -> read(in)).isSameAs(broken);
  }

  @Test
  void eachReaderRefusesADocumentType() {
    String type = "<!DOCTYPE x [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>";
    assertThat(
            refusal(
                () -> PrimaryReader.read(stream(type + "<metadata/>"), "f", LIMITS, entry -> {})))
        .contains("document type");
    assertThat(
            refusal(
                () -> UpdateInfoReader.read(stream(type + "<updates/>"), "f", LIMITS, entry -> {})))
        .contains("document type");
    assertThat(refusal(() -> MetalinkReader.read(stream(type + "<metalink/>"), "f", LIMITS)))
        .contains("document type");
  }
}
