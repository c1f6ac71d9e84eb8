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
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link PartialEntry} promises. */
class PartialFileTest {
  private static final Head WEAK = new Head(new EntityTag("v1", true), null, NOW, null);

  private Path cache;
  private FaultyDisk disk;
  private DirectoryStore store;

  @BeforeEach
  void open(@TempDir Path empty) throws IOException {
    cache = empty;
    disk = new FaultyDisk();
    store = disk.openDirectory(StoreFixture.settings(cache));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void restart() throws IOException {
    store.close();
    store = disk.openDirectory(StoreFixture.settings(cache));
  }

  private PartialEntry begin(String text, int length) throws IOException {
    return begin(text, length, HEAD);
  }

  private PartialEntry begin(String text, int length, Head head) throws IOException {
    PartialEntry partial = store.begin(KEY, head, length, SOURCE);
    partial.append(bytes(text));
    return partial;
  }

  private void assertNothingIsLeft() throws IOException {
    assertThat(StoreFixture.files(partialFolder(cache))).isEmpty();
  }

  enum End {
    COMMIT,
    SUSPEND,
    DISCARD;

    void of(PartialEntry partial) throws IOException {
      switch (this) {
        case COMMIT -> partial.commit(NOW, null);
        case SUSPEND -> partial.suspend();
        case DISCARD -> partial.discard();
      }
    }
  }

  @Test
  void appendedBytesCanBeReadAtOnceAndAnywhere() throws IOException {
    PartialEntry partial = begin("hello", 11);
    try (PartialEntry.Reader reader = partial.openReader()) {
      assertThat(read(reader, 0)).isEqualTo("hello");
      assertThat(reader.read(ByteBuffer.allocate(9), 5)).isEqualTo(-1);
      assertThat(reader.read(ByteBuffer.allocate(9), 1L << 40)).isEqualTo(-1);
      assertThat(reader.read(ByteBuffer.allocate(0), 0)).isEqualTo(0);
      partial.append(bytes(" world"));
      assertThat(read(reader, 4)).isEqualTo("o world");
      ByteBuffer small = ByteBuffer.allocate(3);
      assertThat(reader.read(small, 6)).isEqualTo(3);
      assertThat(small.limit()).isEqualTo(3);
    }
    assertThat(partial.size()).isEqualTo(11);
    assertThat(partial.length()).isEqualTo(11);
    assertThat(partial.key()).isEqualTo(KEY);
    assertThat(partial.head()).isEqualTo(HEAD);
    assertThat(partial.source()).isEqualTo(SOURCE);
  }

  @Test
  void partialEntryIsNotInTheTree() throws IOException {
    begin("hello", 11);
    assertThat(cache.resolve("fedora")).doesNotExist();
    assertThat(store.find(KEY, NOW)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void openReaderOutlivesTheEntry(End end) throws IOException {
    PartialEntry partial = begin("hello", 5);
    try (PartialEntry.Reader reader = partial.openReader()) {
      end.of(partial);
      assertThat(read(reader, 0)).isEqualTo("hello");
      store.begin(KEY, HEAD, 9, SOURCE).append(bytes("different"));
      assertThat(read(reader, 0)).isEqualTo("hello");
    }
  }

  @Test
  void readerCanBeOpenedAfterCommitUntilTheFileIsReplaced() throws IOException {
    PartialEntry partial = begin("hello", 5);
    partial.commit(NOW, null);
    try (PartialEntry.Reader reader = partial.openReader()) {
      assertThat(read(reader, 0)).isEqualTo("hello");
    }
    StoreFixture.store(store, KEY, "jello");
    assertThatThrownBy(partial::openReader).isInstanceOf(IOException.class);
  }

  @Test
  void readerCanNotBeOpenedAfterDiscard() throws IOException {
    PartialEntry partial = begin("hello", 5);
    partial.discard();
    assertThatThrownBy(partial::openReader).isInstanceOf(IOException.class);
  }

  @Test
  void closedReaderReadsNoMoreAndClosesOnce() throws IOException {
    PartialEntry partial = begin("hello", 5);
    PartialEntry.Reader other = partial.openReader();
    PartialEntry.Reader reader = partial.openReader();
    reader.close();
    reader.close();
    reader.close();
    assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(1), 0))
        .isInstanceOf(ClosedChannelException.class);
    partial.discard();
    assertThat(read(other, 0)).isEqualTo("hello");
    other.close();
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void endedEntryTakesNoMore(End end) throws IOException {
    PartialEntry partial = begin("hello", 5);
    end.of(partial);
    assertThatThrownBy(() -> partial.append(bytes("x"))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> partial.commit(NOW, null)).isInstanceOf(IllegalStateException.class);
    partial.suspend();
    partial.discard();
  }

  @Test
  void partialFileIsNeverCommittedShort() throws IOException {
    PartialEntry partial = begin("hello", 11);
    assertThatThrownBy(() -> partial.commit(NOW, null)).isInstanceOf(IllegalStateException.class);
    partial.discard();
    assertThat(store.find(KEY, NOW)).isEmpty();
    assertNothingIsLeft();
  }

  @Test
  void suspendedEntryIsResumedWhereItStopped() throws IOException {
    begin("hello", 11).suspend();

    PartialEntry resumed = store.resume(KEY).orElseThrow();
    assertThat(resumed.size()).isEqualTo(5);
    assertThat(resumed.length()).isEqualTo(11);
    assertThat(resumed.head()).isEqualTo(HEAD);
    assertThat(resumed.source()).isEqualTo(SOURCE);
    assertThat(store.resume(KEY)).isEmpty();
    resumed.append(bytes(" world"));
    resumed.commit(NOW, null);
    assertThat(store.pathOf(KEY)).hasContent("hello world");
    assertNothingIsLeft();
  }

  @Test
  void suspendedEntryIsResumedAfterARestart() throws IOException {
    begin("hello", 11).suspend();
    restart();
    PartialEntry resumed = store.resume(KEY).orElseThrow();
    assertThat(resumed.size()).isEqualTo(5);
    assertThat(resumed.head()).isEqualTo(HEAD);
    try (PartialEntry.Reader reader = resumed.openReader()) {
      assertThat(read(reader, 0)).isEqualTo("hello");
    }
  }

  @Test
  void readerOfASuspendedEntrySeesOnlyItsOwnBytes() throws IOException {
    PartialEntry first = begin("hello", 11);
    try (PartialEntry.Reader reader = first.openReader()) {
      first.suspend();
      PartialEntry resumed = store.resume(KEY).orElseThrow();
      resumed.append(bytes(" world"));
      assertThat(read(reader, 0)).isEqualTo("hello");
      resumed.discard();
    }
  }

  @Test
  void entryThatIsAllThereIsResumedWithOneByteToAskFor() throws IOException {
    begin("hello", 5).suspend();
    assertThat(store.resume(KEY).orElseThrow().size()).isEqualTo(4);
  }

  @Test
  void entryOfUnknownLengthOrWithoutStrongValidatorIsNotKept() throws IOException {
    begin("hello", -1).suspend();
    assertThat(store.resume(KEY)).isEmpty();
    begin("hello", 11, WEAK).suspend();
    assertThat(store.resume(KEY)).isEmpty();
    assertNothingIsLeft();
  }

  @Test
  void entryOfUnknownLengthIsCommittedAsItIs() throws IOException {
    assertThat(begin("hello", -1).commit(NOW, null).file().size()).isEqualTo(5);
  }

  @Test
  void beginDiscardsWhatWaitsToBeResumed() throws IOException {
    begin("hello", 11).suspend();
    begin("other", 11).suspend();
    assertThat(StoreFixture.files(partialFolder(cache))).hasSize(2);
    try (PartialEntry.Reader reader = store.resume(KEY).orElseThrow().openReader()) {
      assertThat(read(reader, 0)).isEqualTo("other");
    }
  }

  @Test
  void downloadThatWasGivenUpCannotCommitTheNextOnesBytes() throws IOException {
    PartialEntry zombie = begin("hello", 5);
    PartialEntry next = begin("jel", 5);
    zombie.commit(NOW, null);
    assertThat(store.pathOf(KEY)).hasContent("hello");
    next.append(bytes("lo"));
    next.commit(NOW, null);
    assertThat(store.pathOf(KEY)).hasContent("jello");
  }

  @Test
  void checkpointMakesBytesOfASecondAgoSafe() throws IOException {
    begin("hello", 11);
    store.checkpoint();
    store.checkpoint();
    assertThat(sidecar().forced().size()).isEqualTo(5);
  }

  @Test
  void checkpointMakesManyBytesSafeAtOnce() throws IOException {
    PartialEntry partial = store.begin(KEY, HEAD, 2 << 20, SOURCE);
    partial.append(ByteBuffer.allocate(1 << 20));
    store.checkpoint();
    assertThat(sidecar().forced().size()).isEqualTo(1 << 20);
  }

  @Test
  void checkpointIsNotTakenOfWhatCannotBeResumed() throws IOException {
    begin("hello", 11, WEAK);
    store.checkpoint();
    store.checkpoint();
    assertThat(StoreFixture.files(partialFolder(cache))).hasSize(1);
  }

  @Test
  void backgroundThreadTakesCheckpoints() throws IOException {
    begin("hello", 11);
    org.awaitility.Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> StoreFixture.files(partialFolder(cache)).size() == 2);
  }

  private Sidecar sidecar() throws IOException {
    Path file =
        StoreFixture.files(partialFolder(cache)).stream()
            .filter(path -> path.toString().endsWith(".sidecar"))
            .findFirst()
            .orElseThrow();
    return Sidecar.decode(Files.readAllBytes(file)).orElseThrow();
  }

  @Test
  void bytesPastTheLastCheckpointAreCutOffAfterAnUncleanStop() throws IOException {
    PartialEntry partial = begin("hello", 20);
    store.checkpoint();
    store.checkpoint();
    partial.append(bytes("\0\0\0\0"));
    restart();
    PartialEntry resumed = store.resume(KEY).orElseThrow();
    assertThat(resumed.size()).isEqualTo(5);
    resumed.append(bytes("!"));
    try (PartialEntry.Reader reader = resumed.openReader()) {
      assertThat(read(reader, 0)).isEqualTo("hello!");
    }
  }

  @Test
  void startUpRemovesWhatCannotBeResumed() throws IOException {
    begin("hello", 11);
    Path folder = partialFolder(cache);
    Files.writeString(folder.resolve("junk"), "junk");
    Files.writeString(folder.resolve("0".repeat(64) + "-" + "0".repeat(16) + ".sidecar"), "junk");
    restart();
    assertNothingIsLeft();
    assertThat(store.resume(KEY)).isEmpty();
  }

  @Test
  void dataShorterThanItsRecordIsNotResumed() throws IOException {
    begin("hello", 11).suspend();
    Path data = StoreFixture.files(partialFolder(cache)).get(0);
    Files.writeString(data, "hel");
    assertThat(store.resume(KEY)).isEmpty();
    assertNothingIsLeft();
  }

  @Test
  void interruptedThreadsBreakNobodysReadsOrWrites() throws Exception {
    PartialEntry partial = begin("hello", 11);
    try (PartialEntry.Reader reader = partial.openReader();
        PartialEntry.Reader other = partial.openReader()) {
      Thread.currentThread().interrupt();
      assertThat(read(reader, 0)).isEqualTo("hello");
      partial.append(bytes(" world"));
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      partial.commit(NOW, null);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(read(other, 0)).isEqualTo("hello world");
    }
    assertThat(store.find(KEY, NOW)).isPresent();
  }

  @Test
  void interruptInTheMiddleOfAWriteLosesNothing() throws Exception {
    store.close();
    Disk interrupting =
        new Disk() {
          private boolean done;

          @Override
          int write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
            if (!done) {
              done = true;
              Thread.currentThread().interrupt();
            }
            return super.write(channel, bytes, position);
          }
        };
    store = DirectoryStore.open(StoreFixture.settings(cache), interrupting, System::nanoTime);
    PartialEntry partial = begin("hello", 5);
    assertThat(Thread.interrupted()).isTrue();
    partial.commit(NOW, null);
    assertThat(store.pathOf(KEY)).hasContent("hello");
    assertThat(store.fault()).isEmpty();
  }

  @Test
  void channelClosedByAnInterruptInMidReadIsOpenedAgain() throws Exception {
    PartialFile partial = (PartialFile) begin("hello", 11);
    try (PartialEntry.Reader reader = partial.openReader()) {
      closeChannel(partial);
      assertThat(read(reader, 0)).isEqualTo("hello");
      closeChannel(partial);
      partial.append(bytes(" world"));
      closeChannel(partial);
      partial.commit(NOW, null);
      assertThat(read(reader, 0)).isEqualTo("hello world");
      closeChannel(partial);
      assertThat(read(reader, 0)).isEqualTo("hello world");
      closeChannel(partial);
      StoreFixture.store(store, KEY, "other bytes");
      assertThatThrownBy(() -> read(reader, 0)).isInstanceOf(IOException.class);
    }
  }

  /** What an interrupt in the middle of another thread's operation does. */
  private static void closeChannel(PartialFile partial) throws IOException {
    partial.data().interruptChannel();
  }

  @Test
  void manyReadersSeeExactlyTheBytesWhileTheyAreWrittenAndCommitted() throws Exception {
    int blocks = 200;
    int readers = 8;
    int length = blocks * 1000;
    PartialEntry partial = store.begin(KEY, HEAD, length, SOURCE);
    ExecutorService threads = Executors.newFixedThreadPool(readers);
    try {
      CountDownLatch started = new CountDownLatch(readers);
      List<Future<Long>> wrong = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        wrong.add(threads.submit(() -> wrongBytes(partial, length, started)));
      }
      started.await();
      for (int i = 0; i < blocks; i++) {
        ByteBuffer block = ByteBuffer.allocate(1000);
        while (block.hasRemaining()) {
          block.put(expected(partial.size() + block.position()));
        }
        partial.append(block.flip());
      }
      partial.commit(NOW, null);
      for (Future<Long> each : wrong) {
        assertThat(each.get(30, TimeUnit.SECONDS)).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static byte expected(long position) {
    return (byte) (position * 31 + (position >> 8));
  }

  private static long wrongBytes(PartialEntry partial, int length, CountDownLatch started)
      throws IOException {
    long wrong = 0;
    try (PartialEntry.Reader reader = partial.openReader()) {
      started.countDown();
      ByteBuffer target = ByteBuffer.allocate(777);
      long position = 0;
      while (position < length) {
        int count = reader.read(target.clear(), position);
        for (int i = 0; i < count; i++) {
          if (target.get(i) != expected(position + i)) {
            wrong++;
          }
        }
        position += Math.max(0, count);
        Thread.onSpinWait();
      }
    }
    return wrong;
  }
}
