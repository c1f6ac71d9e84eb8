package org.instantmirror.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.instantmirror.download.Limits;
import org.instantmirror.mirror.PrefetchRun.State;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.DailySpan;
import org.instantmirror.repo.DailyWindow;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.repo.PrefetchPolicy;
import org.instantmirror.repo.PrefetchPolicy.Mode;
import org.instantmirror.repo.PrefetchSettings;
import org.instantmirror.repo.Repo;
import org.instantmirror.store.Store;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.upstream.HttpUpstreamClient;
import org.instantmirror.upstream.KeyFiles;
import org.instantmirror.usage.PrefetchVerdict;
import org.instantmirror.usage.Releases;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was put off, or couldn't be had, is looked at again without a new generation. */
class PrefetchLookTest {

  private static final DailyWindow CLOSED =
      new DailyWindow(
          List.of(new DailySpan(java.time.LocalTime.of(20, 0), java.time.LocalTime.of(21, 0))));

  private final FakeUpstream upstream = FakeUpstream.start();
  private final LogLines log = new LogLines("org.instantmirror.mirror");
  private final MutableClock clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
  private final HttpUpstreamClient client = new HttpUpstreamClient();
  private final PublishedRepository repository = new PublishedRepository(upstream, "/os/");
  private final AtomicReference<PrefetchSettings> settings =
      new AtomicReference<>(new PrefetchSettings(PrefetchSettings.NO_LIMIT, CLOSED));
  private Repo repo;
  private Store store;
  private Mirror mirror;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    Repo plain = CollapsedRequestTest.repo(upstream.origin() + "/", Duration.ZERO);
    repo =
        new Repo(
            plain.id(),
            plain.name(),
            List.of(new BaseUrl(upstream.origin() + "/")),
            null,
            plain.classifier(),
            plain.lifetimes(),
            plain.transport(),
            plain.retries(),
            plain.maxParallelDownloads(),
            plain.segmentation(),
            plain.bandwidth(),
            plain.signatures(),
            plain.access(),
            plain.client(),
            new PrefetchPolicy(Mode.POPULAR, 1),
            plain.retention());
    store =
        Store.open(
            new Store.StoreSettings(
                folder, null, new FreeSpaceLimit(0, 0), 100, Clock.systemUTC()));
    mirror =
        new Mirror(
            store,
            client,
            new OneRepository(repo),
            new KeyFiles(client, folder.resolve("keys"), clock),
            new Limits(4, 3, 100, Duration.ofSeconds(25), 1 << 20),
            Releases.NONE,
            new Mirror.Foresight(
                (id, name, arch, now) -> Map.of("kernel", 9.0).getOrDefault(name, 0.0),
                settings::get,
                folder.resolve("prefetch"),
                ZoneOffset.UTC),
            clock);
  }

  @AfterEach
  void stop() throws IOException {
    mirror.close();
    client.close();
    store.close();
    log.close();
    upstream.close();
  }

  private void goLive(int number) {
    clock.advance(Duration.ofSeconds(20));
    EntryKey key = new EntryKey(repo.id(), "os/repodata/repomd.xml");
    Answer answer =
        mirror
            .answer(new MirrorRequest(repo, key, FileClass.METADATA, true, false, "192.0.2.1"))
            .orTimeout(20, TimeUnit.SECONDS)
            .join();
    if (answer instanceof Answer.Streaming streaming) {
      streaming.attachment().close();
    }
    log.await("generation " + number + " is live");
  }

  private PrefetchRun.Standing last() {
    List<PrefetchRun> runs = mirror.parts().prefetch().runs();
    return runs.get(0).standing();
  }

  private void awaitDecided(PrefetchVerdict verdict) {
    await()
        .until(
            () ->
                !mirror.parts().prefetch().runs().isEmpty()
                    && last().counts().containsKey(verdict));
  }

  @Test
  void whatTheWindowHasPutOffIsFetchedWhenItOpens() {
    repository.add("a-1.rpm", Packages.rpm(100, 1)).publish();
    goLive(1);
    repository.add("kernel-2.rpm", Packages.rpm(1000, 2)).publish();
    goLive(2);
    awaitDecided(PrefetchVerdict.OUTSIDE_WINDOW);
    mirror.parts().prefetch().look();
    assertThat(upstream.requests("/os/kernel-2.rpm")).isEmpty();

    settings.set(new PrefetchSettings(PrefetchSettings.NO_LIMIT, DailyWindow.ALWAYS));
    mirror.parts().prefetch().look();

    await().until(() -> last().states().containsKey(State.FETCHED));
    assertThat(last().fetchedBytes()).isEqualTo(1000);
    assertThat(upstream.requests("/os/kernel-2.rpm")).hasSize(1);
  }

  @Test
  void whatCouldNotBeHadIsTriedAgainLaterAndCostsNoBudget() {
    settings.set(new PrefetchSettings(1500, DailyWindow.ALWAYS));
    repository.add("a-1.rpm", Packages.rpm(100, 1)).publish();
    goLive(1);
    byte[] kernel = Packages.rpm(1000, 2);
    repository.list("kernel-2.rpm", kernel).publish();
    goLive(2);
    await().until(() -> last().states().containsKey(State.FAILED));
    assertThat(mirror.parts().prefetch().spent().spent()).isZero();

    repository.add("kernel-2.rpm", kernel);
    clock.advance(PrefetchDue.AFTER_FAILURES.plusMinutes(1));
    mirror.parts().prefetch().look();

    await().until(() -> last().states().containsKey(State.FETCHED));
    assertThat(mirror.parts().prefetch().spent().spent()).isEqualTo(1000);
  }
}
