package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When files count as changed. */
class WatchedFilesTest {

  private final Path folder;
  private final WatchedFiles watched = new WatchedFiles();
  private Path file;

  WatchedFilesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("a.conf"), "one");
    Files.createDirectory(folder.resolve("repos.d"));
    watched.about(file);
    watched.about(folder.resolve("repos.d"));
    watched.about(folder.resolve("missing"));
    assertThat(watched.haveChanged()).isFalse();
    assertThat(watched.haveChanged()).isFalse();
  }

  private void assertChangedOnceAtRest() {
    assertThat(watched.haveChanged()).as("not at rest yet").isFalse();
    assertThat(watched.haveChanged()).isTrue();
  }

  @Test
  void aChangeCountsWhenTwoLooksShowTheSame() throws IOException {
    Files.writeString(file, "other");
    assertThat(watched.haveChanged()).isFalse();
    Files.writeString(file, "another one");
    assertThat(watched.haveChanged()).isFalse();
    assertThat(watched.haveChanged()).isTrue();
  }

  @Test
  void aNewDateIsAChange() throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
    assertChangedOnceAtRest();
  }

  @Test
  void anotherFileOfTheSameSizeAndDateIsAChange() throws IOException {
    FileTime date = Files.getLastModifiedTime(file);
    Path other = Files.writeString(folder.resolve("b.conf"), "two");
    Files.setLastModifiedTime(other, date);
    Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertChangedOnceAtRest();
  }

  @Test
  void aLinkThatLeadsElsewhereIsAChange() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("repos.d/link.repo"), file);
    assertChangedOnceAtRest();
    WatchedFiles fresh = new WatchedFiles();
    fresh.about(link);
    Path other = Files.writeString(folder.resolve("b.conf"), "longer");
    Files.delete(link);
    Files.createSymbolicLink(link, other);
    assertThat(fresh.haveChanged()).isFalse();
    assertThat(fresh.haveChanged()).isTrue();
  }

  @Test
  void filesThatComeAndGoAreChanges() throws IOException {
    Files.writeString(folder.resolve("missing"), "here");
    assertChangedOnceAtRest();
    Files.delete(folder.resolve("missing"));
    assertThat(watched.haveChanged()).isFalse();
    assertThat(watched.haveChanged()).as("as it was read").isFalse();
    Files.writeString(folder.resolve("repos.d/new.repo"), "");
    assertChangedOnceAtRest();
  }

  @Test
  void anEditorsHiddenFileIsNone() throws IOException {
    Files.writeString(folder.resolve("repos.d/.new.repo.swp"), "");
    assertThat(watched.haveChanged()).isFalse();
    assertThat(watched.haveChanged()).isFalse();
  }
}
