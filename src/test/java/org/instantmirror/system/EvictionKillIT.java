package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code kill -9} while files go. */
@RequiresPrograms(Program.CURL)
class EvictionKillIT {

  private static final String REPO = "samples";
  private static final int FILES = 6_000;
  private static final int SIZE = 64 << 10;
  private static final Pattern COUNTED = Pattern.compile("\"files\":(\\d+)");

  private final WorkDirectory work = WorkDirectory.create("evict");
  private final MirrorFiles files =
      MirrorFiles.create().settings("min_free=1M").repo(REPO, "http://127.0.0.1:9/");

  @AfterEach
  void stopEverything() {
    files.close();
    work.close();
  }

  @Test
  void whatIsCountedIsWhatIsThereAfterAKillInMidEviction() throws Exception {
    make();
    long left;
    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      assertThat(counted(mirror)).isEqualTo(FILES);
      Process running =
          Command.of(Program.CURL, "-sS", "-X", "POST", url(mirror) + "?bytes=1T")
              .start(work.path().resolve("curl.log"));
      try {
        await("some have gone")
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(2))
            .until(() -> !Files.exists(file(0)) || !Files.exists(file(FILES - 1)));
      } finally {
        mirror.kill();
        running.destroyForcibly();
      }
      left = there();
    }
    assertThat(left).isBetween(1L, FILES - 1L);
    try (MirrorProcess mirror = MirrorProcess.start(files)) {
      // A batch that was being deleted is counted still, and nothing that is there isn't.
      assertThat(counted(mirror)).isBetween(left, left + 512);
      post(mirror, "?review=true");
      assertThat(counted(mirror)).isEqualTo(there());
      post(mirror, "?bytes=1T");
      assertThat(there()).isZero();
      assertThat(mirror.log()).doesNotContain(" ERROR ");
    }
  }

  private void make() throws IOException {
    Files.createDirectories(folder());
    for (int i = 0; i < FILES; i++) {
      try (RandomAccessFile made = new RandomAccessFile(file(i).toFile(), "rw")) {
        made.setLength(SIZE);
      }
    }
    // As if they had been found an hour ago: what has just come stays.
    Store.StoreSettings settings =
        new Store.StoreSettings(
            files.cacheDir(), null, new FreeSpaceLimit(0, 0), 1000, Clock.systemUTC());
    try (Store store = Store.open(settings)) {
      List<EntryKey> keys = new ArrayList<>();
      store.walk(new RepoId(REPO), "", null).forEachRemaining(keys::add);
      assertThat(store.files().discover(keys, Instant.now().minus(Duration.ofHours(1))))
          .isEqualTo(FILES);
    }
  }

  private Path folder() {
    return files.cached(REPO, "Packages");
  }

  private Path file(int number) {
    return folder().resolve("p" + number + "-1-1.noarch.rpm");
  }

  /** The folder goes with its last file. */
  private long there() {
    if (!Files.isDirectory(folder())) {
      return 0;
    }
    try (Stream<Path> found = Files.list(folder())) {
      return found.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String url(MirrorProcess mirror) {
    return mirror.url() + "api/v1/eviction";
  }

  private static void post(MirrorProcess mirror, String query) {
    Command.of(Program.CURL, "-sS", "--fail", "-X", "POST", url(mirror) + query).run().succeeded();
  }

  private static long counted(MirrorProcess mirror) {
    String answer =
        Command.of(Program.CURL, "-sS", "--fail", url(mirror)).run().succeeded().output();
    Matcher found = COUNTED.matcher(answer);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }
}
