package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.download.ByteSource.State;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What readers may see of a download, phase by phase. */
class DownloadTest {

  private final Download download =
      new Download(DownloadFixture.order("a.rpm"), Instant.EPOCH, (wakeUp, delay) -> wakeUp.run());
  private Store store;
  private PartialEntry partial;

  @BeforeEach
  void begin(@TempDir Path folder) throws IOException {
    store = DownloadFixture.store(folder);
    partial = store.begin(download.order().key(), DownloadFixture.HEAD, 10, DownloadFixture.SOURCE);
  }

  @AfterEach
  void end() throws IOException {
    partial.discard();
    store.close();
  }

  private void append(String text) throws IOException {
    partial.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private void open(String beginning) throws IOException {
    download.advance(Phase.HEADERS);
    append(beginning);
    download.open(partial, partial.size(), true);
  }

  private static String read(ByteSource source) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(100);
    while (target.position() < source.available(target.position())
        && source.read(target, target.position()) > 0) {
      // Until there is no more.
    }
    return new String(target.array(), 0, target.position(), StandardCharsets.US_ASCII);
  }

  @Test
  void phasesMoveForwardOnly() throws IOException {
    open("0");
    assertThatThrownBy(() -> download.advance(Phase.HEADERS))
        .isInstanceOf(IllegalStateException.class);
    assertThat(download.phase()).isEqualTo(Phase.STREAMING);
  }

  @Test
  void finalPhaseIsFinal() {
    download.end(Phase.FAILED, new Opening.Missing());
    for (Phase phase : Phase.values()) {
      assertThatThrownBy(() -> download.advance(phase)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(download.ended()).isCompleted();
  }

  @Test
  void thereIsNoTailBeforeThereAreBytes() {
    assertThatThrownBy(() -> download.tail()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void openingTellsHeadAndLength() throws IOException {
    assertThat(download.opening()).isNotDone();
    open("01");
    assertThat(download.opening())
        .isCompletedWithValue(new Opening.Streaming(DownloadFixture.HEAD, 10, true));
    assertThat(download.source()).contains(DownloadFixture.SOURCE);
  }

  @Test
  void onlyPublishedBytesAreAvailable() throws IOException {
    open("012");
    try (Tail tail = download.tail()) {
      append("345");
      assertThat(tail.available(0)).isEqualTo(3);
      download.publish(6);
      assertThat(tail.available(0)).isEqualTo(6);
      assertThat(read(tail)).isEqualTo("012345");
    }
  }

  @Test
  void waitingReaderIsWokenOnceByWhateverChanges() throws IOException {
    open("012");
    AtomicInteger woken = new AtomicInteger();
    try (Tail tail = download.tail()) {
      tail.whenChanged(3, woken::incrementAndGet);
      download.publish(4);
      download.publish(5);
      assertThat(woken).hasValue(1);
      tail.whenChanged(5, woken::incrementAndGet);
      download.bytesComplete();
      assertThat(woken).hasValue(2);
      tail.whenChanged(5, woken::incrementAndGet);
      download.end(Phase.FAILED, Break.STORAGE);
      assertThat(woken).hasValue(3);
    }
  }

  @Test
  void readerIsNotWokenForBytesBeforeThoseThatItWaitsFor() throws IOException {
    open("012");
    AtomicInteger woken = new AtomicInteger();
    try (Tail tail = download.tail()) {
      tail.whenChanged(7, woken::incrementAndGet);
      download.publish(7);
      assertThat(woken).hasValue(0);
      download.publish(8);
      assertThat(woken).hasValue(1);
    }
  }

  @Test
  void closedReaderIsNotWoken() throws IOException {
    open("012");
    AtomicInteger woken = new AtomicInteger();
    Tail tail = download.tail();
    tail.whenChanged(3, woken::incrementAndGet);
    tail.close();
    tail.close();
    download.publish(4);
    assertThat(woken).hasValue(0);
  }

  @Test
  void breakIsNeverAnEnd() throws IOException {
    open("012");
    try (Tail tail = download.tail()) {
      assertThat(tail.state()).isEqualTo(State.GROWING);
      download.end(Phase.FAILED, Break.UPSTREAM);
      assertThat(tail.state()).isEqualTo(State.BROKEN);
      assertThat(tail.reason()).isEqualTo(Break.UPSTREAM);
      assertThat(read(tail)).isEqualTo("012");
    }
  }

  @Test
  void readerHasAllBytesAlthoughTheyCanNotBeStored() throws IOException {
    open("0123456789");
    try (Tail tail = download.tail()) {
      download.bytesComplete();
      assertThat(tail.state()).isEqualTo(State.COMPLETE);
      partial.discard();
      download.end(Phase.FAILED, Break.STORAGE);
      assertThat(tail.state()).isEqualTo(State.COMPLETE);
      assertThat(read(tail)).isEqualTo("0123456789");
    }
  }

  @Test
  void nobodyJoinsADownloadThatIsGivenUp() {
    assertThat(download.join()).isTrue();
    assertThat(download.closeIfAbandoned()).isFalse();
    download.leave();
    assertThat(download.closeIfAbandoned()).isTrue();
    assertThat(download.join()).isFalse();
    assertThat(download.clientsEver()).isEqualTo(1);
  }

  @Test
  void whoHasJoinedCanReadAlthoughTheEntryIsGone() throws IOException {
    assertThat(download.join()).isTrue();
    open("0123456789");
    download.bytesComplete();
    partial.discard();
    download.end(Phase.FAILED, (Break) null);
    try (Tail tail = download.tail()) {
      assertThat(read(tail)).isEqualTo("0123456789");
    }
    download.leave();
    assertThatThrownBy(() -> download.tail()).isInstanceOf(IOException.class);
  }

  @Test
  void nobodyJoinsADownloadThatHasEnded() {
    download.end(Phase.FAILED, new Opening.Missing());
    assertThat(download.join()).isFalse();
  }
}
