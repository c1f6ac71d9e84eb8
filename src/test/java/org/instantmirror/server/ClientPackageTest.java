package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.instantmirror.repodata.Location;
import org.instantmirror.repodata.PackageEntry;
import org.instantmirror.repodata.PrimaryReader;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.Repomd;
import org.instantmirror.repodata.RepomdPart;
import org.instantmirror.repodata.RepomdReader;
import org.instantmirror.testing.RawClient;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /client/}; real programs install what it gives in {@code ClientPluginIT}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientPackageTest {

  private static final String RPM = "/client/instantmirror-client.rpm";

  private final RunningMirror mirror =
      RunningMirror.setup().repo("r", List.of("http://up.example/")).start();

  @AfterAll
  void stop() {
    mirror.close();
  }

  private RawResponse get(String path) {
    RawResponse answer = mirror.request("GET", path);
    assertThat(answer.status()).as(path).isEqualTo(200);
    return answer;
  }

  private String base() {
    return "http://127.0.0.1:" + mirror.port() + "/";
  }

  @Test
  void thePageSaysTheLineThatSetsAClientUp() {
    assertThat(get("/client/").text())
        .contains("dnf install " + base() + "client/instantmirror-client.rpm\n")
        .contains(base() + "client/instantmirror-client.repo\n");
    assertThat(mirror.request("GET", "/client").header("Location")).isEqualTo("client/");
  }

  @Test
  void theRepoFileNamesThisServer() {
    assertThat(get("/client/instantmirror-client.repo").text())
        .startsWith("[instantmirror-client]\n")
        .contains("baseurl=" + base() + "client/\n");
  }

  @Test
  void thePackageIsAnRpmAndTheSameEachTime() {
    RawResponse first = get(RPM);

    assertThat(first.header("Content-Type")).isEqualTo("application/x-rpm");
    assertThat(first.body()).startsWith(0xED, 0xAB, 0xEE, 0xDB);
    assertThat(get(RPM).body()).isEqualTo(first.body());
    RawResponse head = mirror.request("HEAD", RPM);
    assertThat(head.header("Content-Length")).isEqualTo("" + first.body().length);
  }

  @Test
  void anotherNameOfThisServerMakesAnotherPackage() throws IOException {
    RawResponse other = named("mirror.example");

    assertThat(other.body()).isNotEqualTo(get(RPM).body());
    // More names than are kept.
    for (int i = 0; i < 20; i++) {
      assertThat(named("mirror" + i + ".example").status()).isEqualTo(200);
    }
    assertThat(named("mirror.example").body()).isEqualTo(other.body());
    assertThat(named("a$b").status()).isEqualTo(400);
  }

  private RawResponse named(String host) throws IOException {
    try (RawClient client = new RawClient(mirror.port())) {
      client.sendRaw("GET " + RPM + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      return client.receive("GET");
    }
  }

  @Test
  void repodataListsThePackageAsItIs() throws IOException {
    Repomd repomd =
        RepomdReader.read(stream("/client/repodata/repomd.xml"), "repomd.xml", ReadLimits.LISTING);
    assertThat(repomd.parts())
        .extracting(RepomdPart::type)
        .containsExactlyInAnyOrder("primary", "filelists", "other");
    for (RepomdPart part : repomd.parts()) {
      byte[] content = get("/client/" + path(part.location())).body();
      assertThat(part.checksum()).hasToString("sha256:" + sha256(content));
    }

    RepomdPart primary = repomd.part("primary").orElseThrow();
    List<PackageEntry> packages = new ArrayList<>();
    PrimaryReader.read(
        stream("/client/" + path(primary.location())),
        "primary",
        ReadLimits.LISTING,
        packages::add);

    assertThat(packages).hasSize(1);
    PackageEntry only = packages.get(0);
    assertThat(only.name()).isEqualTo("instantmirror-client");
    assertThat(only.arch()).isEqualTo("noarch");
    byte[] rpm = get("/client/" + path(only.location())).body();
    assertThat(rpm).isEqualTo(get(RPM).body());
    assertThat(only.checksum()).hasToString("sha256:" + sha256(rpm));
    assertThat(only.size()).isEqualTo(rpm.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/client/x.rpm", "/client/repodata/", "/client/repodata/x", "/clients"})
  void whatThereIsNotIsNotFound(String path) {
    assertThat(mirror.request("GET", path).status()).isEqualTo(404);
  }

  private InputStream stream(String path) {
    return new ByteArrayInputStream(get(path).body());
  }

  private static String path(Location location) {
    return ((Location.Within) location).path();
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
