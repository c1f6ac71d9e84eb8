package org.instantmirror.repodata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.repodata.Text.refusal;
import static org.instantmirror.repodata.Text.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompsReaderTest {

  private static final ReadLimits LIMITS = new ReadLimits(1L << 20, 250, 10_000, 3);

  private static List<PackageGroup> read(String document) throws IOException {
    List<PackageGroup> groups = new ArrayList<>();
    int count = CompsReader.read(stream(document), "comps.xml", LIMITS, groups::add);
    assertThat(groups).hasSize(count);
    return groups;
  }

  @Test
  void groupsHoldWhatIsInstalledWithThemByDefault() throws IOException {
    assertThat(
            read(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
                <comps>
                  <group><id>core</id><name>Core</name><name xml:lang="de">Kern</name>
                    <packagelist>
                      <packagereq type="mandatory">bash</packagereq>
                      <packagereq type="default">vim-minimal</packagereq>
                      <packagereq>coreutils</packagereq>
                      <packagereq type="optional">zsh</packagereq>
                      <packagereq type="conditional" requires="gnome">x</packagereq>
                    </packagelist></group>
                  <category><id>apps</id></category>
                  <environment><id>server</id>
                    <grouplist><groupid>core</groupid><groupid>standard</groupid></grouplist>
                    <optionlist><groupid default="true">extra</groupid></optionlist>
                  </environment>
                </comps>
                """))
        .containsExactly(
            new PackageGroup("core", List.of("bash", "vim-minimal", "coreutils"), List.of()),
            new PackageGroup("server", List.of(), List.of("core", "standard")));
  }

  @Test
  void aDeclaredEntityIsNotKnown() {
    assertThat(
            refusal(
                () ->
                    read(
                        "<!DOCTYPE comps [<!ENTITY a 'aaaa'>]>"
                            + "<comps><group><id>&a;</id></group></comps>")))
        .contains("comps.xml");
    assertThat(
            refusal(
                () ->
                    read(
                        "<!DOCTYPE comps [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
                            + "<comps><group><id>&a;</id></group></comps>")))
        .contains("comps.xml");
  }

  @Test
  void whatIsNoSuchFileIsRefused() {
    assertThat(refusal(() -> read("<metadata/>"))).contains("not a <comps>");
    assertThat(refusal(() -> read("<comps><group><name>x</name></group></comps>")))
        .contains("no id");
    assertThat(refusal(() -> read("<comps><group><id>x</id>"))).contains("comps.xml");
  }

  @Test
  void moreGroupsThanAreTakenAreRefused() {
    assertThat(refusal(() -> read("<comps>" + "<group><id>x</id></group>".repeat(4) + "</comps>")))
        .contains("more than 3");
  }
}
