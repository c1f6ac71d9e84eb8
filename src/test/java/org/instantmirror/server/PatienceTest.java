package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.PACKAGE_EXPIRE;
import static org.instantmirror.server.Mirrored.START;
import static org.instantmirror.server.Mirrored.UNREACHABLE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.V2;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.assertWhole;

import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.EndedDownloads;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RawResponse;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client's status line comes in time; what upstream was asked for goes on behind it. */
class PatienceTest {

  private static final byte[] RPM = Packages.rpm(20_000, 1);
  private static final byte[] NEWER = Packages.rpm(21_000, 2);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final MutableClock clock = new MutableClock(START);
  private final EndedDownloads ended = new EndedDownloads();
  private final Gate gate = new Gate();
  private final RunningMirror mirror =
      RunningMirror.setup()
          .main("queue_timeout = 0.5")
          .repo(upstream, "timeout = 30")
          .clock(clock)
          .start();

  @AfterEach
  void close() {
    gate.releaseAll();
    mirror.close();
    upstream.close();
    ended.close();
  }

  @Test
  void whoWaitsForAColdFileGetsAGatewayTimeoutAndTheFileIsThereLater() {
    upstream.file("/a.rpm", RPM).lastModified(V1).always(Behaviour.proper().headGated(gate));
    RawResponse late = mirror.get("a.rpm");
    assertThat(late.status()).isEqualTo(504);
    assertThat(late.text()).contains("did not answer in time");
    gate.releaseAll();
    ended.await("repo/a.rpm", 1);
    assertServed(mirror.get("a.rpm"), RPM, HIT);
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
  }

  @Test
  void whoWaitsForACheckGetsTheCachedCopyAndTheNewerOneIsThereLater() {
    upstream.file("/a.rpm", RPM).lastModified(V1);
    assertWhole(mirror.get("a.rpm"), RPM);
    ended.await("repo/a.rpm", 1);
    clock.advance(PACKAGE_EXPIRE);
    upstream.file("/a.rpm", NEWER).lastModified(V2).always(Behaviour.proper().headGated(gate));
    assertServed(mirror.get("a.rpm"), RPM, UNREACHABLE);
    gate.releaseAll();
    ended.await("repo/a.rpm", 2);
    assertServed(mirror.get("a.rpm"), NEWER, HIT);
  }

  @Test
  void whoWaitsForAHeadGetsAGatewayTimeout() {
    upstream.file("/a.rpm", RPM).always(Behaviour.proper().headGated(gate));
    assertThat(mirror.request("HEAD", "/mirror/repo/a.rpm").status()).isEqualTo(504);
  }
}
