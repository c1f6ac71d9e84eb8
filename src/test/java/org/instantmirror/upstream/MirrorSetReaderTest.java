package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.instantmirror.freshness.Age;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.ListUrl.Kind;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepodataException;
import org.instantmirror.testing.Metalinks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the bytes of a list, and how they are kept. */
class MirrorSetReaderTest {

  private static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");
  private static final RepoId ID = new RepoId("updates");
  private static final URI URL = URI.create("https://m.example/metalink?repo=x&arch=y");

  private static MirrorSet read(Kind kind, byte[] bytes) throws IOException {
    return MirrorSetReader.read(kind, new ByteArrayInputStream(bytes), "list");
  }

  private static MirrorSet mirrorlist(String text) throws IOException {
    return read(Kind.MIRRORLIST, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aMetalinkNamesMirrorsByPreferenceAndWhatTheyMayHave() throws IOException {
    MirrorSet set =
        read(
            Kind.METALINK,
            Metalinks.of(
                MADE,
                new byte[] {1},
                List.of(new byte[] {2}),
                List.of(
                    "https://a.example/f/",
                    "rsync://b.example/f/",
                    "ftp://c.example/f/",
                    "http://d.example/f/",
                    "https://a.example/f/")));
    assertThat(set.mirrors())
        .containsExactly(new BaseUrl("https://a.example/f/"), new BaseUrl("http://d.example/f/"));
    assertThat(set.accepted()).hasSize(2);
    assertThat(set.timestamp()).isEqualTo(MADE);
  }

  @Test
  void aMirrorlistNamesFolders() throws IOException {
    MirrorSet set =
        mirrorlist(
            "# c\nhttp://a.example/9/os\nhttp://b.example/9/$basearch/os/\nhttp://a.example/9/os/\n");
    assertThat(set.mirrors())
        .containsExactly(
            new BaseUrl("http://a.example/9/os/"), new BaseUrl("http://b.example/9/$basearch/os/"));
    assertThat(set.accepted()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://me:secret@a.example/",
        "http://a.example/x?y=/",
        "http://a.example/x/../../y/",
        "http://a.example/$contentdir/",
        "ftp://a.example/",
        "http://$basearch.example/",
      })
  void whatMayNotBeABaseUrlIsPassedOver(String url) throws IOException {
    assertThat(mirrorlist(url + "\nhttp://b.example/\n").mirrors())
        .containsExactly(new BaseUrl("http://b.example/"));
    assertThatThrownBy(() -> mirrorlist(url + "\n")).isInstanceOf(RepodataException.class);
  }

  @Test
  void aListMayNotNameMirrorsWithoutEnd() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 2 * MirrorSetReader.MOST_MIRRORS; i++) {
      text.append("http://m").append(i).append(".example/\n");
    }
    assertThat(mirrorlist(text.toString()).mirrors()).hasSize(MirrorSetReader.MOST_MIRRORS);
  }

  @Test
  void aListIsKeptAsItCame(@TempDir Path temp) {
    ListFolder folder = new ListFolder(temp.resolve("lists"));
    assertThat(folder.read(ID, URL)).isEmpty();
    ListFolder.Kept kept = new ListFolder.Kept(MADE, true, ByteBuffer.wrap(new byte[] {1, 10, 0}));

    folder.write(ID, URL, new ListFolder.Kept(MADE, false, ByteBuffer.wrap(new byte[9])));
    folder.write(ID, URL, kept);

    assertThat(folder.read(ID, URL)).contains(kept);
    assertThat(folder.read(ID, URI.create(URL + "z"))).isEmpty();
    assertThat(temp.resolve("lists")).isDirectoryContaining("glob:**/updates-*.list");
    folder.delete(ID, URL);
    assertThat(folder.read(ID, URL)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "instantmirror-list 1",
        "instantmirror-list 1\nhttps://other.example/\n2026-01-01T00:00:00Z\noutside\n",
        "instantmirror-list 1\nhttps://m.example/metalink?repo=x&arch=y\nyesterday\noutside\n",
        "instantmirror-list 2\nhttps://m.example/metalink?repo=x&arch=y\n2026-01-01T00:00:00Z\nx\n",
      })
  void aDamagedFileIsNone(String text, @TempDir Path temp) throws IOException {
    ListFolder folder = new ListFolder(temp);
    folder.write(ID, URL, new ListFolder.Kept(MADE, true, ByteBuffer.wrap(new byte[1])));
    try (var files = Files.list(temp)) {
      Files.writeString(files.findFirst().orElseThrow(), text);
    }
    assertThat(folder.read(ID, URL)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 s",
    "59, 59 s",
    "60, 1 min",
    "720, 12 min",
    "7199, 119 min",
    "7200, 2 h",
    "172800, 2 days",
    "-5, 0 s",
  })
  void anAgeIsToldInTheLargestUnitThatItFills(long seconds, String text) {
    assertThat(Age.of(Duration.ofSeconds(seconds))).isEqualTo(text);
  }
}
