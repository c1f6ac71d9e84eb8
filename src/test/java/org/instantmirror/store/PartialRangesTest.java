package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instantmirror.store.StoreFixture.HEAD;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.NOW;
import static org.instantmirror.store.StoreFixture.SOURCE;
import static org.instantmirror.store.StoreFixture.bytes;
import static org.instantmirror.store.StoreFixture.partialFolder;
import static org.instantmirror.store.StoreFixture.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies ahead of a partial entry's head. */
class PartialRangesTest {

  private static final String TEXT = "0123456789abcdefghij";

  private Path cache;
  private HeldDisk disk;
  private DirectoryStore store;

  /** Whose writes at one position wait. */
  private static final class HeldDisk extends Disk {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private volatile long held = -1;

    @Override
    int write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
      if (position == held) {
        begun.countDown();
        try {
          assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      return super.write(channel, bytes, position);
    }
  }

  @BeforeEach
  void open(@TempDir Path empty) throws IOException {
    cache = empty;
    disk = new HeldDisk();
    store = openStore(cache);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private DirectoryStore openStore(Path folder) throws IOException {
    return DirectoryStore.open(StoreFixture.settings(folder), disk, System::nanoTime);
  }

  private PartialEntry begin() throws IOException {
    return store.begin(KEY, HEAD, TEXT.length(), SOURCE);
  }

  private static boolean write(PartialEntry partial, int from, int to) throws IOException {
    return partial.write(bytes(TEXT.substring(from, to)), from);
  }

  @Test
  void headTakesInWhatItReaches() throws IOException {
    PartialEntry partial = begin();
    partial.append(bytes("01234"));
    write(partial, 8, 12);
    assertThat(partial.size()).isEqualTo(5);
    assertThat(partial.written()).hasToString("0-4,8-11");
    ByteBuffer next = bytes("56789abcdef");
    partial.append(next);
    assertThat(partial.size()).isEqualTo(12);
    assertThat(next.remaining()).isEqualTo(8);
    partial.append(bytes("cdefghij"));
    partial.commit(NOW, null);
    assertThat(store.pathOf(KEY)).hasContent(TEXT);
  }

  @Test
  void headAlsoMovesWhenTheGapBeforeItIsFilledByOthers() throws IOException {
    PartialEntry partial = begin();
    write(partial, 10, 20);
    write(partial, 0, 10);
    assertThat(partial.size()).isEqualTo(20);
    partial.commit(NOW, null);
    assertThat(store.pathOf(KEY)).hasContent(TEXT);
  }

  @Test
  void whatIsHereIsNeverWrittenAgain() throws IOException {
    PartialEntry partial = begin();
    partial.append(bytes("01234"));
    write(partial, 8, 12);
    ByteBuffer lies = bytes("XXXXXXXXXXXX");
    assertThat(partial.write(lies, 3)).isTrue();
    assertThat(lies.hasRemaining()).isFalse();
    try (PartialEntry.Reader reader = partial.openReader()) {
      assertThat(read(reader, 0)).isEqualTo("01234XXX89abXXX");
    }
  }

  @Test
  void whatLiesAheadIsReadableAndTheGapIsNot() throws IOException {
    PartialEntry partial = begin();
    write(partial, 8, 12);
    try (PartialEntry.Reader reader = partial.openReader()) {
      assertThat(reader.read(ByteBuffer.allocate(9), 0)).isEqualTo(-1);
      assertThat(reader.read(ByteBuffer.allocate(9), 7)).isEqualTo(-1);
      assertThat(reader.read(ByteBuffer.allocate(9), 9)).isEqualTo(3);
      assertThat(reader.read(ByteBuffer.allocate(9), 12)).isEqualTo(-1);
    }
  }

  @Test
  void nothingIsWrittenAheadOfAnUnknownLengthOrBeyondAKnownOne() throws IOException {
    PartialEntry unknown = store.begin(KEY, HEAD, -1, SOURCE);
    assertThat(unknown.write(bytes("x"), 5)).isFalse();
    unknown.discard();
    PartialEntry partial = begin();
    assertThatThrownBy(() -> partial.write(bytes("xx"), 19))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void endedEntryTakesNothingFromAnybody() throws IOException {
    PartialEntry partial = begin();
    partial.suspend();
    assertThat(write(partial, 8, 12)).isFalse();
  }

  @Test
  void suspendedRangesAreResumed() throws IOException {
    PartialEntry partial = begin();
    partial.append(bytes("01234"));
    write(partial, 8, 12);
    write(partial, 15, 18);
    partial.suspend();
    store.close();
    store = openStore(cache);
    assertThat(store.space().partial()).isEqualTo(12);
    PartialEntry resumed = store.resume(KEY).orElseThrow();
    assertThat(resumed.written()).hasToString("0-4,8-11,15-17");
    resumed.append(bytes("567"));
    assertThat(resumed.size()).isEqualTo(12);
    resumed.append(bytes("cde"));
    resumed.append(bytes("ij"));
    resumed.commit(NOW, null);
    assertThat(store.pathOf(KEY)).hasContent(TEXT);
  }

  @Test
  void whatLiesAheadAloneIsResumed() throws IOException {
    PartialEntry partial = begin();
    write(partial, 15, 20);
    partial.suspend();
    assertThat(store.resume(KEY).orElseThrow().written()).hasToString("15-19");
  }

  @Test
  void whatWasNotForcedIsAHole() throws IOException {
    PartialEntry partial = begin();
    partial.append(bytes("01234"));
    write(partial, 8, 12);
    store.checkpoint();
    store.checkpoint();
    write(partial, 15, 18);
    // As a process leaves it that is killed.
    Path copy = Files.createDirectories(cache.resolve("copy"));
    for (Path file : StoreFixture.files(partialFolder(cache))) {
      Files.copy(
          file,
          Files.createDirectories(partialFolder(copy)).resolve(String.valueOf(file.getFileName())));
    }
    try (DirectoryStore next = openStore(copy)) {
      PartialEntry resumed = next.resume(KEY).orElseThrow();
      assertThat(resumed.written()).hasToString("0-4,8-11");
      try (PartialEntry.Reader reader = resumed.openReader()) {
        assertThat(read(reader, 8)).isEqualTo("89ab");
      }
    }
  }

  @Test
  void whatIsStillToComeIsWhatIsMissing() throws IOException {
    PartialEntry partial = begin();
    write(partial, 8, 12);
    assertThat(store.space().promised()).isEqualTo(16);
    assertThat(store.space().partial()).isEqualTo(4);
  }

  @Test
  void headWaitsForTheBytesThatAnotherThreadIsJustWriting() throws Exception {
    PartialEntry partial = begin();
    disk.held = 5;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<Boolean> other = threads.submit(() -> write(partial, 5, 10));
      assertThat(disk.begun.await(20, TimeUnit.SECONDS)).isTrue();
      ByteBuffer bytes = bytes("XXXXXXXXXXXX");
      Future<?> owner =
          threads.submit(
              () -> {
                partial.append(bytes);
                return null;
              });
      // The same bytes of a third are dropped at once.
      assertThat(write(partial, 6, 8)).isTrue();
      disk.release.countDown();
      assertThat(other.get(20, TimeUnit.SECONDS)).isTrue();
      owner.get(20, TimeUnit.SECONDS);
      assertThat(bytes.remaining()).isEqualTo(7);
      try (PartialEntry.Reader reader = partial.openReader()) {
        assertThat(read(reader, 0)).isEqualTo("XXXXX56789");
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void discardWaitsForAThreadThatIsJustWriting() throws Exception {
    PartialEntry partial = begin();
    disk.held = 5;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<Boolean> other = threads.submit(() -> write(partial, 5, 10));
      assertThat(disk.begun.await(20, TimeUnit.SECONDS)).isTrue();
      Future<?> end = threads.submit(partial::discard);
      disk.release.countDown();
      assertThat(other.get(20, TimeUnit.SECONDS)).isTrue();
      end.get(20, TimeUnit.SECONDS);
      assertThat(StoreFixture.files(partialFolder(cache))).isEmpty();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void manyThreadsFillAFileTogether() throws Exception {
    byte[] content = new byte[300_000];
    new Random(5).nextBytes(content);
    PartialEntry partial = store.begin(KEY, HEAD, content.length, SOURCE);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        List<Integer> blocks = new ArrayList<>();
        for (int at = 0; at < content.length; at += 1_000) {
          blocks.add(at);
        }
        Collections.shuffle(blocks, new Random(seed));
        writers.add(
            threads.submit(
                () -> {
                  for (int at : blocks) {
                    int count = Math.min(2_500, content.length - at);
                    partial.write(ByteBuffer.wrap(content, at, count), at);
                  }
                  return null;
                }));
      }
      for (Future<?> writer : writers) {
        writer.get(20, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(partial.size()).isEqualTo(content.length);
    partial.commit(NOW, null);
    assertThat(store.pathOf(KEY)).hasBinaryContent(content);
  }
}
