package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.instantmirror.download.ByteSource.State;
import org.instantmirror.testing.Packages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Between a thread that reads an upstream and its one client. */
@Timeout(20)
class PipeTest {

  private static final byte[] CONTENT = Packages.rpm(1000, 1);
  private static final Duration LONG = Duration.ofMinutes(1);

  private static ByteBuffer bytes(int from, int to) {
    return ByteBuffer.wrap(CONTENT, from, to - from);
  }

  private static byte[] read(Pipe pipe, long position, int most) {
    ByteBuffer target = ByteBuffer.allocate(most);
    int count = pipe.read(target, position);
    return Arrays.copyOf(target.array(), count);
  }

  private static CompletableFuture<Boolean> putting(Pipe pipe, ByteBuffer bytes) {
    return CompletableFuture.supplyAsync(() -> pipe.put(bytes));
  }

  @Test
  void bytesComeOutWhereTheyBelong() {
    Pipe pipe = new Pipe(100, 900, LONG);
    assertThat(pipe.put(bytes(100, 300))).isTrue();
    assertThat(pipe.available(100)).isEqualTo(300);
    assertThat(read(pipe, 100, 50)).isEqualTo(Arrays.copyOfRange(CONTENT, 100, 150));
    assertThat(read(pipe, 150, 500)).isEqualTo(Arrays.copyOfRange(CONTENT, 150, 300));
    assertThat(pipe.available(300)).isEqualTo(300);
    assertThatThrownBy(() -> read(pipe, 299, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void writerWaitsForRoom() throws Exception {
    Pipe pipe = new Pipe(0, 100, LONG);
    CompletableFuture<Boolean> writer = putting(pipe, bytes(0, 150));
    for (int position = 0; position < 150; ) {
      position += read(pipe, position, 10).length;
    }
    assertThat(writer.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void bytesThatNobodyWantsArePassedOverAlsoWhenThePipeIsFull() throws Exception {
    Pipe pipe = new Pipe(0, 100, LONG);
    CompletableFuture<Boolean> writer = putting(pipe, bytes(0, 600));
    AtomicInteger woken = new AtomicInteger();
    pipe.whenChanged(550, woken::incrementAndGet);
    assertThat(writer.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(woken).hasValue(1);
    assertThat(pipe.available(550)).isEqualTo(600);
    assertThat(read(pipe, 560, 100)).isEqualTo(Arrays.copyOfRange(CONTENT, 560, 600));
  }

  @Test
  void writerGivesUpAClientThatTakesNothing() {
    Pipe pipe = new Pipe(0, 100, Duration.ofMillis(1));
    assertThat(pipe.put(bytes(0, 150))).isFalse();
    pipe.end(State.BROKEN);
    assertThat(pipe.available(0)).isEqualTo(0);
    assertThat(read(pipe, 0, 100)).isEmpty();
  }

  @Test
  void writerIsLetGoWhenTheClientLeaves() throws Exception {
    Pipe pipe = new Pipe(0, 100, LONG);
    CompletableFuture<Boolean> writer = putting(pipe, bytes(0, 150));
    pipe.close();
    assertThat(writer.get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(pipe.awaitDrained()).isFalse();
  }

  @Test
  void aDrainedPipeIsOneWhoseLastByteWasTaken() {
    Pipe pipe = new Pipe(0, 100, Duration.ofMillis(1));
    pipe.put(bytes(0, 100));
    pipe.end(State.COMPLETE);
    read(pipe, 0, 100);
    assertThat(pipe.awaitDrained()).isTrue();
  }

  @Test
  void theEndWakesWhoWaits() {
    Pipe pipe = new Pipe(0);
    AtomicInteger woken = new AtomicInteger();
    pipe.whenChanged(0, woken::incrementAndGet);
    pipe.end(State.BROKEN);
    assertThat(woken).hasValue(1);
    assertThat(pipe.state()).isEqualTo(State.BROKEN);
    assertThat(pipe.reason()).isEqualTo(ByteSource.Break.UPSTREAM);
  }
}
