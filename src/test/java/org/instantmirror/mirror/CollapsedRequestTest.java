package org.instantmirror.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.instantmirror.download.Limits;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.Classifier;
import org.instantmirror.repo.DailyWindow;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.repo.Lifetimes;
import org.instantmirror.repo.PrefetchSettings;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.Transport;
import org.instantmirror.store.Store;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.EndedDownloads;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.upstream.HttpUpstreamClient;
import org.instantmirror.upstream.KeyFiles;
import org.instantmirror.usage.Demand;
import org.instantmirror.usage.Releases;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All who ask for a file at once share one request upstream, whatever comes of it. Below the
 * servlets, where who has joined is certain and not a matter of time.
 */
class CollapsedRequestTest {

  private static final int CLIENTS = 50;
  private static final Instant V1 = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant V2 = Instant.parse("2026-02-01T00:00:00Z");
  private static final byte[] ONE = "<repomd>1</repomd>\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] TWO = "<repomd>2</repomd>\n".getBytes(StandardCharsets.UTF_8);
  private static final String PATH = "repodata/primary.xml";

  private final FakeUpstream upstream = FakeUpstream.start();
  private final MutableClock clock = new MutableClock(Instant.parse("2026-06-01T00:00:00Z"));
  private final HttpUpstreamClient client = new HttpUpstreamClient();
  private final Repo repo = repo(upstream.origin() + "/", Duration.ZERO);
  private Store store;
  private Mirror mirror;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    store =
        Store.open(
            new Store.StoreSettings(
                folder, null, new FreeSpaceLimit(0, 0), 100, Clock.systemUTC()));
    Limits limits = new Limits(4, 3, 100, Duration.ofSeconds(25), 1 << 20);
    KeyFiles keys = new KeyFiles(client, folder.resolve("keys"), clock);
    Mirror.Foresight none =
        new Mirror.Foresight(
            Demand.UNKNOWN,
            () -> new PrefetchSettings(PrefetchSettings.NO_LIMIT, DailyWindow.ALWAYS),
            folder.resolve("prefetch"),
            ZoneOffset.UTC);
    mirror =
        new Mirror(
            store, client, new OneRepository(repo), keys, limits, Releases.NONE, none, clock);
  }

  @AfterEach
  void stop() throws IOException {
    mirror.close();
    client.close();
    store.close();
    upstream.close();
  }

  static Repo repo(String baseUrl, Duration checkInterval) {
    return new Repo(
        new RepoId("repo"),
        "repo",
        List.of(new BaseUrl(baseUrl)),
        Classifier.BUILT_IN,
        new Lifetimes(
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofSeconds(5),
            Duration.ofDays(2),
            true,
            3,
            Duration.ZERO,
            checkInterval),
        new Transport(
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            0,
            null,
            null,
            null,
            true,
            null,
            null,
            null,
            null,
            null,
            java.util.Set.of(),
            4),
        4,
        1);
  }

  private MirrorRequest request(boolean noCache, boolean head) {
    EntryKey key = new EntryKey(repo.id(), PATH);
    return new MirrorRequest(repo, key, FileClass.METADATA, noCache, head, "192.0.2.1");
  }

  private void fill() {
    upstream.file("/" + PATH, ONE).lastModified(V1);
    try (EndedDownloads ended = new EndedDownloads()) {
      leave(of(mirror.answer(request(false, false))));
      ended.await("repo/" + PATH, 1);
    }
    clock.advance(Duration.ofMinutes(1));
  }

  private static Answer of(CompletableFuture<Answer> answer) {
    return answer.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static void leave(Answer answer) {
    if (answer instanceof Answer.Streaming streaming) {
      streaming.attachment().close();
    }
  }

  /** Asks as that many clients while upstream holds its answer back, then lets it go. */
  private List<Answer> askAtOnce(Behaviour behaviour, boolean noCache, boolean head) {
    Gate gate = new Gate();
    upstream.file("/" + PATH, TWO).lastModified(V2).always(behaviour.headGated(gate));
    List<CompletableFuture<Answer>> answers =
        IntStream.range(0, CLIENTS).mapToObj(i -> mirror.answer(request(noCache, head))).toList();
    gate.awaitRequest();
    assertThat(answers).noneMatch(CompletableFuture::isDone);
    gate.releaseAll();
    return answers.stream().map(CollapsedRequestTest::of).toList();
  }

  private static void assertStatuses(List<Answer> answers, String first, String others) {
    List<String> statuses =
        answers.stream().map(answer -> answer.cacheStatus().toString()).toList();
    assertThat(statuses.get(0)).isEqualTo("InstantMirror; " + first);
    assertThat(statuses.subList(1, CLIENTS)).containsOnly("InstantMirror; " + others);
  }

  @Test
  void oneConditionalRequestAnswersAllWhoFindAnExpiredCopy() {
    fill();
    List<Answer> answers = askAtOnce(Behaviour.status(304), false, false);
    assertThat(answers).allMatch(Answer.Stored.class::isInstance);
    assertStatuses(answers, "fwd=stale; fwd-status=304", "fwd=stale; fwd-status=304; collapsed");
    assertThat(upstream.requests("/" + PATH)).hasSize(2);
  }

  @Test
  void oneConditionalRequestAnswersAllWhoSayNoCache() {
    fill();
    List<Answer> answers = askAtOnce(Behaviour.status(304), true, false);
    assertThat(answers).allMatch(Answer.Stored.class::isInstance);
    assertStatuses(
        answers, "fwd=request; fwd-status=304", "fwd=request; fwd-status=304; collapsed");
    assertThat(upstream.requests("/" + PATH)).hasSize(2);
  }

  @Test
  void oneDownloadServesAllWhoseCheckFoundANewerFile() {
    fill();
    List<Answer> answers = askAtOnce(Behaviour.proper(), false, false);
    assertThat(answers).allMatch(Answer.Streaming.class::isInstance);
    assertStatuses(answers, "fwd=stale; stored", "fwd=stale; collapsed");
    answers.forEach(CollapsedRequestTest::leave);
    assertThat(upstream.requests("/" + PATH)).hasSize(2);
  }

  @Test
  void oneDownloadServesAllWhoAskForAColdFile() {
    List<Answer> answers = askAtOnce(Behaviour.proper(), false, false);
    assertThat(answers).allMatch(Answer.Streaming.class::isInstance);
    assertStatuses(answers, "fwd=uri-miss; stored", "fwd=uri-miss; collapsed");
    answers.forEach(CollapsedRequestTest::leave);
    assertThat(upstream.requests("/" + PATH)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 410})
  void oneRequestTellsAllThatThereIsNoSuchFile(int status) {
    List<Answer> answers = askAtOnce(Behaviour.status(status), false, false);
    assertThat(answers).allMatch(Answer.Missing.class::isInstance);
    assertThat(upstream.requests("/" + PATH)).hasSize(1);
  }

  @Test
  void oneFailedCheckGivesAllTheStaleCopy() {
    fill();
    List<Answer> answers = askAtOnce(Behaviour.status(500), false, false);
    assertThat(answers).allMatch(Answer.Stored.class::isInstance);
    String stale = "hit; detail=upstream-unreachable";
    assertStatuses(answers, stale, stale);
    assertThat(upstream.requests("/" + PATH)).hasSize(2);
  }

  @Test
  void whoLookedBeforeACheckFailedAndAsksAfterwardsSharesTheFailure() {
    fill();
    clock.advance(Duration.ofSeconds(1));
    upstream.file("/" + PATH, ONE).always(Behaviour.status(500));
    Answer failed = of(mirror.answer(request(false, false)));
    clock.nextLook(clock.instant().minusMillis(1));
    Answer next = of(mirror.answer(request(false, false)));
    assertThat(next).isEqualTo(failed).isInstanceOf(Answer.Stored.class);
    assertThat(next.cacheStatus().toString())
        .isEqualTo("InstantMirror; hit; detail=upstream-unreachable");
    assertThat(upstream.requests("/" + PATH)).hasSize(2);
  }

  @Test
  void oneHeadAnswersAllWhoAskForTheHeadOfAColdFile() {
    List<Answer> answers = askAtOnce(Behaviour.proper(), false, true);
    assertThat(answers).allMatch(Answer.HeadOnly.class::isInstance);
    assertStatuses(answers, "fwd=uri-miss", "fwd=uri-miss; collapsed");
    assertThat(upstream.requests("/" + PATH)).hasSize(1);
    assertThat(upstream.requests("/" + PATH).get(0).method()).isEqualTo("HEAD");
  }

  @ParameterizedTest
  @CsvSource({"404, fwd=uri-miss; fwd-status=404", "500, fwd=uri-miss"})
  void oneHeadTellsAllThatThereIsNoneOrNoAnswer(int status, String told) {
    List<Answer> answers = askAtOnce(Behaviour.status(status), false, true);
    assertStatuses(answers, told, told + "; collapsed");
    assertThat(upstream.requests("/" + PATH)).hasSize(1);
  }

  @Test
  void headOfAFileThatIsArrivingIsAnsweredByItsDownload() {
    Gate gate = new Gate();
    upstream.file("/" + PATH, ONE).lastModified(V1).always(Behaviour.proper().headGated(gate));
    CompletableFuture<Answer> get = mirror.answer(request(false, false));
    CompletableFuture<Answer> head = mirror.answer(request(false, true));
    gate.releaseAll();
    leave(of(get));
    leave(of(head));
    assertThat(upstream.requests("/" + PATH)).hasSize(1);
  }
}
