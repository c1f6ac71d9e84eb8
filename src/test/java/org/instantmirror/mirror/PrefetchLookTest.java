package org.instantmirror.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.instantmirror.usage.PrefetchVerdict.OUTSIDE_WINDOW;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.Store;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.LogLines;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.PublishedRepository;
import org.instantmirror.upstream.HttpUpstreamClient;
import org.instantmirror.upstream.KeyFiles;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.usage.PrefetchVerdict;
import org.instantmirror.usage.Releases;
import org.instantmirror.usage.WarmWish;
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
  private final AtomicReference<Repo> configured = new AtomicReference<>();
  private Path folder;
  private Repo repo;
  private Store store;
  private Mirror mirror;

  @BeforeEach
  void start(@TempDir Path empty) throws IOException {
    folder = empty;
    repo = repo(Mode.POPULAR);
    configured.set(repo);
    store =
        Store.open(
            new Store.StoreSettings(
                folder, null, new FreeSpaceLimit(0, 0), 100, Clock.systemUTC()));
    mirror = begin();
  }

  private Mirror begin() {
    return new Mirror(
        store,
        client,
        repositories,
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

  private final Repositories repositories =
      new Repositories() {
        private final UpstreamPool pool =
            new UpstreamPool(PrefetchLookTest.this.repo(Mode.POPULAR));

        @Override
        public Optional<Repo> repo(RepoId id) {
          return Optional.ofNullable(configured.get()).filter(it -> it.id().equals(id));
        }

        @Override
        public UpstreamPool pool(Repo asked) {
          return pool;
        }
      };

  private Repo repo(Mode mode) {
    Repo plain = CollapsedRequestTest.repo(upstream.origin() + "/", Duration.ZERO);
    return new Repo(
        plain.id(),
        plain.name(),
        List.of(new BaseUrl(upstream.origin() + "/")),
        null,
        plain.classifier(),
        plain.lifetimes(),
        plain.transport(),
        plain.retries(),
        4,
        plain.segmentation(),
        plain.bandwidth(),
        plain.signatures(),
        plain.access(),
        plain.client(),
        new PrefetchPolicy(mode, 1),
        plain.retention());
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

  /** Lists packages whose bytes come when the gate lets them. */
  private void list(int count, String name, Gate gate) {
    for (int i = 0; i < count; i++) {
      String path = String.format(name, i);
      byte[] content = Packages.rpm(1000, i);
      repository.list(path, content);
      upstream
          .file("/os/" + path, content)
          .lastModified(Instant.EPOCH)
          .etag("\"" + i + "\"")
          .always(Behaviour.proper().gated(gate));
    }
  }

  /** Has three of five kernels on their way, as many as one host may be asked for. */
  private Gate fetchThreeOfFive() {
    DailySpan night = new DailySpan(java.time.LocalTime.of(0, 0), java.time.LocalTime.of(6, 0));
    settings.set(new PrefetchSettings(PrefetchSettings.NO_LIMIT, new DailyWindow(List.of(night))));
    mirror.parts().prefetch().look();
    repository.add("a-1.rpm", Packages.rpm(100, 1)).publish();
    goLive(1);
    Gate gate = new Gate();
    list(5, "kernel-%d.rpm", gate);
    repository.publish();
    goLive(2);
    gate.awaitRequests(3);
    return gate;
  }

  private long kernels() {
    return upstream.requests().stream()
        .filter(request -> request.path().startsWith("/os/kernel-"))
        .count();
  }

  @Test
  void noneBeginsOnceTheWindowHasClosed() {
    Gate gate = fetchThreeOfFive();
    clock.advance(Duration.ofHours(7));
    mirror.parts().prefetch().look();
    await().until(() -> Integer.valueOf(2).equals(last().counts().get(OUTSIDE_WINDOW)));
    gate.releaseAll();
    await().until(() -> mirror.prefetched().files() == 3);
    assertThat(kernels()).isEqualTo(3);

    clock.advance(Duration.ofHours(18));
    mirror.parts().prefetch().look();
    await().until(() -> mirror.prefetched().files() == 5);
    assertThat(kernels()).isEqualTo(5);
  }

  @Test
  void noneBeginsOnceItIsSwitchedOff() {
    Gate gate = fetchThreeOfFive();
    configured.set(repo(Mode.OFF));
    mirror.parts().prefetch().look();
    awaitDecided(PrefetchVerdict.SWITCHED_OFF);
    gate.releaseAll();
    await().until(() -> mirror.prefetched().files() == 3);
    mirror.parts().prefetch().look();

    configured.set(repo);
    mirror.parts().prefetch().look();
    await().until(() -> mirror.prefetched().files() == 5);
    assertThat(kernels()).isEqualTo(5);
  }

  @Test
  void whatHadToMakeRoomBeforeAnybodyAskedIsNotFetchedAgain() {
    settings.set(new PrefetchSettings(PrefetchSettings.NO_LIMIT, DailyWindow.ALWAYS));
    repository.add("a-1.rpm", Packages.rpm(100, 1)).publish();
    goLive(1);
    repository.add("kernel-2.rpm", Packages.rpm(1000, 2)).publish();
    goLive(2);
    await().until(() -> last().states().containsKey(State.FETCHED));
    EntryKey key = new EntryKey(repo.id(), "os/kernel-2.rpm");
    store.drop(store.find(key, clock.instant()).orElseThrow());
    clock.advance(PrefetchDue.IN_ANY_CASE);
    mirror.parts().prefetch().look();
    awaitDecided(PrefetchVerdict.GONE);
    assertThat(upstream.requests("/os/kernel-2.rpm")).hasSize(1);
  }

  @Test
  void whatIsBuiltAgainUnderItsNameWhileItIsFetchedIsFetchedAgain() {
    settings.set(new PrefetchSettings(PrefetchSettings.NO_LIMIT, DailyWindow.ALWAYS));
    repository.add("a-1.rpm", Packages.rpm(100, 1)).publish();
    goLive(1);
    Gate gate = new Gate();
    list(1, "kernel-%d.rpm", gate);
    repository.publish();
    goLive(2);
    gate.awaitRequest();
    byte[] other = Packages.rpm(1000, 7);
    repository.add("kernel-0.rpm", other).publish();
    goLive(3);
    gate.releaseAll();
    await()
        .untilAsserted(
            () -> assertThat(last()).asString().contains("generation=3").contains("FETCHED=1}"));
    assertThat(folder.resolve("repo/os/kernel-0.rpm")).hasBinaryContent(other);
  }

  @Test
  void allOfAListIsInTheQueueWhichSurvivesARestart() throws IOException {
    Path file = folder.resolve("ahead");
    mirror.keepQueue(file, repositories);
    Gate gate = new Gate();
    list(30, "p%d-1.rpm", gate);
    repository.publish();
    goLive(1);
    WarmJob job =
        mirror
            .warm()
            .start(new WarmJob.Request(List.of("repo/os"), List.of(new WarmWish.Name("p*")), false))
            .orElseThrow();
    gate.awaitRequests(3);
    await().until(() -> !job.standing().states().containsKey(WarmJob.FileState.WAITING));
    mirror.close();
    assertThat(Files.readAllLines(file)).hasSize(31);
    mirror = begin();
    gate.releaseAll();
    mirror.keepQueue(file, repositories);
    await().until(() -> Files.readAllLines(file).size() == 1);
    assertThat(folder.resolve("repo/os")).isDirectoryContaining("glob:**/p29-1.rpm");
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
