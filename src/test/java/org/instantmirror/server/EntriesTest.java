package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.V1;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;

/** The list of what is stored comes page by page, however long it is. */
class EntriesTest {

  private static final int FILES = 10_000;

  @Test
  void tenThousandFilesComeOnceEachPageByPage() throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror = RunningMirror.setup().repo(upstream).start()) {
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < FILES; i++) {
        expected.add("os/%02d/p%05d.rpm".formatted(i / 2_500, i));
      }
      for (String path : expected) {
        Path file = mirror.stored(path);
        Files.createDirectories(file.getParent());
        Files.createFile(file);
      }
      List<String> seen = new ArrayList<>();
      String after = "";
      while (after != null) {
        JsonTree page =
            JsonTree.parse(
                mirror
                    .request(
                        "GET",
                        "/api/v1/entries?repo=repo&limit=500"
                            + (after.isEmpty() ? "" : "&after=" + after))
                    .body());
        List<JsonTree> entries = page.objects("entries");
        assertThat(entries).hasSizeLessThanOrEqualTo(500);
        entries.forEach(entry -> seen.add(entry.text("path")));
        after = page.text("next");
      }
      assertThat(seen).isEqualTo(expected);
    }
  }

  @Test
  void anEntryIsToldWithWhatIsKnownOfIt() {
    byte[] rpm = Packages.rpm(20_000, 1);
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/p/a.rpm", rpm).lastModified(V1).etag("\"1\"");
      it.upstream.file("/q/b.rpm", rpm).lastModified(V1);
      it.fetch("p/a.rpm", rpm);
      it.fetch("q/b.rpm", rpm);
      JsonTree page =
          JsonTree.parse(it.mirror.request("GET", "/api/v1/entries?repo=repo&prefix=p/").body());
      assertThat(page.text("next")).isNull();
      assertThat(page.objects("entries"))
          .singleElement()
          .satisfies(each -> assertThat(each.text("path")).isEqualTo("p/a.rpm"))
          .satisfies(each -> assertThat(each.text("size")).isEqualTo("20000"))
          .satisfies(each -> assertThat(each.text("etag")).isEqualTo("\"1\""))
          .satisfies(each -> assertThat(each.text("origin")).isEqualTo("fetched"));
    }
  }

  @Test
  void builtInRepositoriesAreListedOnceTheyAreUsed() {
    try (FakeUpstream upstream = FakeUpstream.start();
        RunningMirror mirror =
            RunningMirror.setup().main("profiles = yes").repo(upstream).start()) {
      assertThat(JsonTree.parse(mirror.request("GET", "/api/v1/repos").body()).objects("repos"))
          .singleElement()
          .satisfies(each -> assertThat(each.text("id")).isEqualTo("repo"))
          .satisfies(each -> assertThat(each.isTrue("builtIn")).isFalse())
          .satisfies(each -> assertThat(each.objects("upstreams")).hasSize(1));
      assertThat(
              JsonTree.parse(mirror.request("GET", "/api/v1/repos?all=true").body())
                  .objects("repos"))
          .hasSizeGreaterThan(5);
    }
  }
}
