package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.instantmirror.download.ByteSource.Break;
import org.instantmirror.download.ByteSource.State;
import org.instantmirror.store.Store;
import org.instantmirror.testing.Packages;
import org.instantmirror.upstream.UpstreamPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Joining, leaving, and what happens in between. */
class CoordinatorTest {

  private static final byte[] RPM = Packages.rpm(1000, 1);
  private static final Order ORDER = DownloadFixture.order("a.rpm");

  private final HeldUpstream upstream = new HeldUpstream(RPM);
  private Path folder;
  private Store store;
  private Coordinator coordinator;

  @BeforeEach
  void start(@TempDir Path empty) throws IOException {
    folder = empty;
    store = DownloadFixture.store(empty);
    coordinator =
        new Coordinator(
            store,
            upstream,
            UpstreamPool::new,
            new AskAlways(),
            new Limits(8, 3, 8, Duration.ofSeconds(10), 0),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() throws IOException {
    upstream.releaseAll();
    coordinator.close();
    store.close();
  }

  /** Nothing is known of any file. */
  private static final class AskAlways implements Planner {
    @Override
    public Plan plan(Order order, Instant now) {
      return new Plan.Ask(null, null);
    }

    @Override
    public void recordMissing(Order order, Instant now) {}

    @Override
    public void recordFailedCheck(Order order, Instant now) {}

    @Override
    public void recordUnshared(Order order, Instant now) {}

    @Override
    public void recordPresent(Order order) {}

    @Override
    public void recordStored(Order order) {}
  }

  private static Opening opening(Attachment attachment) throws Exception {
    return attachment.opening().get(20, TimeUnit.SECONDS);
  }

  private static byte[] readWhole(Attachment attachment) throws Exception {
    assertThat(opening(attachment)).isInstanceOf(Opening.Streaming.class);
    try (ByteSource tail = attachment.tail()) {
      await().until(() -> tail.state() == State.COMPLETE);
      ByteBuffer body = ByteBuffer.allocate(RPM.length);
      while (body.hasRemaining() && tail.read(body, body.position()) > 0) {
        // Until all are there.
      }
      return Arrays.copyOf(body.array(), body.position());
    }
  }

  @Test
  void everybodySharesOneTransfer() throws Exception {
    try (Attachment first = coordinator.join(ORDER);
        Attachment second = coordinator.join(ORDER)) {
      assertThat(first.first()).isTrue();
      assertThat(second.first()).isFalse();
      assertThat(second.download()).isSameAs(first.download());
      upstream.releaseAll();
      assertThat(readWhole(first)).isEqualTo(RPM);
      assertThat(readWhole(second)).isEqualTo(RPM);
    }
    assertThat(upstream.ranges()).containsExactly("");
    await().until(() -> coordinator.running(ORDER.key()).isEmpty());
  }

  @Test
  void whoJoinsADownloadThatIsBeingGivenUpGetsTheWholeFile() throws Exception {
    Attachment first = coordinator.join(ORDER);
    upstream.release(100);
    assertThat(opening(first)).isInstanceOf(Opening.Streaming.class);
    Download abandoned = first.download();
    first.close();
    upstream.awaitAbort();
    // Its thread is still within upstream's answer, and has the partial entry.
    try (Attachment second = coordinator.join(ORDER);
        Attachment third = coordinator.join(ORDER)) {
      assertThat(second.download()).isNotSameAs(abandoned);
      assertThat(third.download()).isSameAs(second.download());
      assertThat(second.opening()).isNotDone();
      upstream.letAbortedReadEnd();
      upstream.releaseAll();
      assertThat(readWhole(second)).isEqualTo(RPM);
      assertThat(readWhole(third)).isEqualTo(RPM);
    }
    assertThat(abandoned.broken()).contains(Break.STOPPED);
    assertThat(upstream.ranges()).containsExactly("", "bytes=100-");
    await().until(() -> Files.exists(folder.resolve("repo/a.rpm")));
    assertThat(folder.resolve("repo/a.rpm")).hasBinaryContent(RPM);
  }

  @Test
  void downloadGoesOnWhileAnybodyIsLeft() throws Exception {
    Attachment first = coordinator.join(ORDER);
    try (Attachment second = coordinator.join(ORDER)) {
      upstream.release(100);
      assertThat(opening(first)).isInstanceOf(Opening.Streaming.class);
      first.close();
      first.close();
      upstream.releaseAll();
      assertThat(readWhole(second)).isEqualTo(RPM);
    }
    assertThat(upstream.ranges()).hasSize(1);
  }

  @Test
  void nothingIsBegunOnceItIsClosed() throws Exception {
    coordinator.close();
    try (Attachment late = coordinator.join(ORDER)) {
      assertThat(opening(late)).isInstanceOf(Opening.Withdrawn.class);
    }
    assertThat(upstream.ranges()).isEmpty();
    assertThat(coordinator.running(ORDER.key())).isEmpty();
  }

  @Test
  void closingGivesUpARequestWhoseAnswerHasNotCome() throws Exception {
    upstream.holdHeads();
    Attachment first = coordinator.join(ORDER);
    upstream.awaitRequests(1);
    coordinator.close();
    upstream.awaitAbort();
    assertThat(opening(first)).isInstanceOf(Opening.Withdrawn.class);
  }

  @Test
  void closingGivesUpHeadRequestsThatRunOrWait() throws Exception {
    upstream.holdHeads();
    List<SharedHead> heads =
        IntStream.range(0, 9)
            .mapToObj(i -> coordinator.head(DownloadFixture.order(i + ".rpm")))
            .toList();
    // As many as there are places; one waits.
    upstream.awaitRequests(8);
    coordinator.close();
    upstream.awaitAbort();
    for (SharedHead head : heads) {
      assertThat(head.answer().get(20, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              HeadAnswer.Unavailable.class,
              stopped -> assertThat(stopped.failure().kind()).isEqualTo(Failure.Kind.OVERLOADED));
    }
    assertThat(upstream.ranges()).hasSize(8);
  }

  @Test
  void abandonedDownloadThatWaitsForUpstreamsHeadIsGivenUpAtOnce() throws Exception {
    Attachment first = coordinator.join(ORDER);
    upstream.release(100);
    assertThat(opening(first)).isInstanceOf(Opening.Streaming.class);
    // Upstream breaks, and says nothing when it is asked for the rest.
    upstream.holdHeads();
    upstream.breakOff();
    upstream.awaitRequests(2);
    first.close();
    upstream.awaitAbort();
    await().until(() -> coordinator.running(ORDER.key()).isEmpty());
    assertThat(first.download().broken()).contains(Break.STOPPED);
  }

  @Test
  void closingKeepsWhatIsThere() throws Exception {
    Attachment first = coordinator.join(ORDER);
    upstream.release(100);
    assertThat(opening(first)).isInstanceOf(Opening.Streaming.class);
    upstream.letAbortedReadEnd();
    coordinator.close(Duration.ofMillis(10));
    assertThat(first.download().broken()).contains(Break.STOPPED);
    assertThat(store.resume(ORDER.key()))
        .hasValueSatisfying(partial -> assertThat(partial.size()).isEqualTo(100));
  }
}
