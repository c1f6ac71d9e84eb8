package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.instantmirror.repo.Bandwidth;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.Classifier;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.Transport;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.Store;
import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.upstream.HttpUpstreamClient;
import org.instantmirror.upstream.Lines;
import org.instantmirror.upstream.PacedClient;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamPool;
import org.instantmirror.upstream.Urgency;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is fetched that nobody waits for, beside what somebody does; of a real server. */
class AheadTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int SIZE = 3000;

  private final FakeUpstream upstream = FakeUpstream.start();
  private final List<Attachment> attachments = new ArrayList<>();
  private Path folder;
  private Store store;
  private UpstreamClient client;
  private Coordinator coordinator;
  private Repo repo;

  @BeforeEach
  void start(@TempDir Path empty) throws IOException {
    folder = empty;
    store = DownloadFixture.store(empty);
    repo = repo("repo");
    begin(1);
  }

  private void begin(int maxDownloads) {
    client =
        new PacedClient(
            new HttpUpstreamClient(), new Lines(() -> Bandwidth.UNLIMITED, Clock.systemUTC()));
    coordinator =
        new Coordinator(
            store,
            client,
            UpstreamPool::new,
            new AskAlways(),
            new Limits(maxDownloads, 3, 100, PATIENCE, 0),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() throws IOException {
    attachments.forEach(Attachment::close);
    coordinator.close();
    client.close();
    store.close();
    upstream.close();
  }

  private Repo repo(String id) {
    Repo plain = DownloadFixture.repo(id, 8);
    Transport transport =
        new Transport(
            PATIENCE, PATIENCE, 0, null, null, null, true, null, null, null, null, null, Set.of(),
            8);
    return new Repo(
        new RepoId(id),
        id,
        List.of(new BaseUrl(upstream.origin() + "/")),
        Classifier.BUILT_IN,
        plain.lifetimes(),
        transport,
        2,
        8);
  }

  /** Nothing is known of any file. */
  private static final class AskAlways implements Planner {
    @Override
    public Plan plan(Order order, Instant now) {
      return new Plan.Ask(null, order.listed());
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

  /** A file whose bytes come when the gate lets them. */
  private byte[] file(String name, Gate gate) {
    byte[] bytes = Packages.rpm(SIZE, name.hashCode());
    upstream
        .file("/" + name, bytes)
        .lastModified(DownloadFixture.MODIFIED)
        .etag("\"1\"")
        .always(Behaviour.proper().gated(gate));
    return bytes;
  }

  private Gate file(String name) {
    Gate gate = new Gate();
    file(name, gate);
    return gate;
  }

  private Order order(String name) {
    return new Order(repo, new EntryKey(repo.id(), name), FileClass.PACKAGE, false, null);
  }

  private Attachment join(String name) {
    Attachment attachment = coordinator.join(order(name));
    attachments.add(attachment);
    return attachment;
  }

  private CompletableFuture<Boolean> fetch(String name, double saving) {
    return coordinator.fetch(order(name), saving);
  }

  private List<String> requested() {
    return upstream.requests().stream().map(RecordedRequest::path).toList();
  }

  private static void awaitEnd(CompletableFuture<?> ended) throws Exception {
    ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void awaitBytes(String name, long bytes) {
    await()
        .atMost(PATIENCE)
        .until(() -> standing(name).map(DownloadStanding::bytes).orElse(0L) == bytes);
  }

  private Optional<DownloadStanding> standing(String name) {
    return coordinator.downloads().stream()
        .filter(each -> each.key().path().equals(name))
        .findFirst();
  }

  private void assertStored(String name) {
    assertThat(folder.resolve("repo").resolve(name))
        .hasBinaryContent(Packages.rpm(SIZE, name.hashCode()));
  }

  @Test
  void twoClientsTenFilesAndASlowLine() throws Exception {
    Gate line = new Gate();
    for (int i = 0; i < 10; i++) {
      file(i + ".rpm", line);
    }
    join("0.rpm");
    line.awaitRequest();
    // One line, one file at a time. What comes while it is busy, in this order:
    List<CompletableFuture<Boolean>> ahead = new ArrayList<>();
    ahead.add(fetch("1.rpm", 1));
    join("2.rpm");
    ahead.add(fetch("3.rpm", 50));
    ahead.add(fetch("4.rpm", 7));
    join("5.rpm");
    ahead.add(fetch("6.rpm", 100));
    join("7.rpm");
    ahead.add(fetch("8.rpm", 7));
    join("9.rpm");
    // The other client wants two of those that have been waiting.
    join("4.rpm");
    join("1.rpm");
    assertThat(coordinator.queue(any -> true, 0, 100))
        .extracting(waiting -> waiting.key().path())
        .containsExactly(
            "1.rpm", "2.rpm", "4.rpm", "5.rpm", "7.rpm", "9.rpm", "6.rpm", "3.rpm", "8.rpm");
    assertThat(coordinator.queueLengths()).isEqualTo(new QueueLengths(6, 3));
    line.releaseAll();
    for (CompletableFuture<Boolean> each : ahead) {
      awaitEnd(each);
    }
    assertThat(requested())
        .containsExactly(
            "/0.rpm", "/1.rpm", "/2.rpm", "/4.rpm", "/5.rpm", "/7.rpm", "/9.rpm", "/6.rpm",
            "/3.rpm", "/8.rpm");
    for (int i = 0; i < 10; i++) {
      assertStored(i + ".rpm");
      assertThat(upstream.bytesSent("/" + i + ".rpm")).isEqualTo(SIZE);
    }
  }

  @Test
  void whatRunsGivesItsPlaceToAClientAndGoesOnAfterwardsWhereItWas() throws Exception {
    Gate gate = file("ahead.rpm");
    Gate clients = file("client.rpm");
    CompletableFuture<Boolean> ahead = fetch("ahead.rpm", 1);
    gate.awaitRequest();
    gate.release(1000);
    awaitBytes("ahead.rpm", 1000);
    Attachment attachment = join("client.rpm");
    clients.awaitRequest();
    assertThat(coordinator.queue(any -> true, 0, 10))
        .extracting(QueueStanding::urgency)
        .containsExactly(Urgency.AHEAD);
    gate.releaseAll();
    clients.releaseAll();
    awaitEnd(attachment.ended());
    awaitEnd(ahead);
    assertThat(upstream.requests("/ahead.rpm"))
        .extracting(request -> request.header("Range").orElse(""))
        .containsExactly("", "bytes=1000-");
    assertStored("ahead.rpm");
    assertStored("client.rpm");
  }

  @Test
  void whatGaveWayIsRaisedByAClient() throws Exception {
    Gate gate = file("ahead.rpm");
    Gate clients = file("client.rpm");
    Gate others = file("other.rpm");
    fetch("ahead.rpm", 1);
    gate.awaitRequest();
    gate.release(1000);
    awaitBytes("ahead.rpm", 1000);
    join("client.rpm");
    clients.awaitRequest();
    join("other.rpm");
    Attachment raised = join("ahead.rpm");
    gate.releaseAll();
    others.releaseAll();
    clients.releaseAll();
    awaitEnd(raised.ended());
    // It had been there before the other one.
    assertThat(requested().subList(0, 3))
        .containsExactly("/ahead.rpm", "/client.rpm", "/ahead.rpm");
    assertStored("ahead.rpm");
  }

  @Test
  void whatRunsIsRaisedByAClientAndKeepsItsPlace() throws Exception {
    Gate gate = file("ahead.rpm");
    Gate clients = file("client.rpm");
    fetch("ahead.rpm", 1);
    gate.awaitRequest();
    assertThat(standing("ahead.rpm").map(DownloadStanding::urgency)).contains(Urgency.AHEAD);
    Attachment raised = join("ahead.rpm");
    assertThat(raised.first()).isFalse();
    assertThat(standing("ahead.rpm").map(DownloadStanding::urgency)).contains(Urgency.INTERACTIVE);
    join("client.rpm");
    gate.releaseAll();
    clients.releaseAll();
    awaitEnd(raised.ended());
    assertThat(requested().get(0)).isEqualTo("/ahead.rpm");
    assertThat(upstream.requests("/ahead.rpm")).hasSize(1);
  }

  @Test
  void aRaisedOneNeedsNotWaitForTheLineAnyMore() throws Exception {
    coordinator.close();
    client.close();
    begin(8);
    Gate gate = file("ahead.rpm");
    Gate clients = file("client.rpm");
    join("client.rpm");
    clients.awaitRequest();
    CompletableFuture<Boolean> ahead = fetch("ahead.rpm", 1);
    gate.releaseAll();
    await().atMost(PATIENCE).until(() -> standing("ahead.rpm").isPresent());
    // The client's download has the line, and its upstream keeps it waiting.
    assertThat(ahead).isNotDone();
    awaitEnd(join("ahead.rpm").ended());
    assertThat(standing("client.rpm").map(DownloadStanding::bytes)).contains(0L);
  }

  @Test
  void itGoesOnWhenItsClientsLeave() throws Exception {
    Gate gate = file("ahead.rpm");
    CompletableFuture<Boolean> ahead = fetch("ahead.rpm", 1);
    gate.awaitRequest();
    gate.release(1000);
    awaitBytes("ahead.rpm", 1000);
    coordinator.join(order("ahead.rpm")).close();
    assertThat(standing("ahead.rpm").map(DownloadStanding::urgency)).contains(Urgency.AHEAD);
    gate.releaseAll();
    awaitEnd(ahead);
    assertStored("ahead.rpm");
    assertThat(upstream.requests("/ahead.rpm")).hasSize(1);
  }

  @Test
  void aWishForWhatAClientDownloadsIsThatDownload() throws Exception {
    Gate gate = file("a.rpm");
    Attachment attachment = join("a.rpm");
    gate.awaitRequest();
    gate.release(1000);
    awaitBytes("a.rpm", 1000);
    CompletableFuture<Boolean> ahead = fetch("a.rpm", 1);
    attachment.close();
    gate.releaseAll();
    awaitEnd(ahead);
    assertStored("a.rpm");
    assertThat(upstream.requests("/a.rpm")).hasSize(1);
  }

  @Test
  void whoseWishIsTakenBackIsNeverAskedFor() throws Exception {
    Gate busy = file("busy.rpm");
    Gate gate = file("a.rpm");
    gate.releaseAll();
    file("b.rpm").releaseAll();
    file("c.rpm").releaseAll();
    join("busy.rpm");
    busy.awaitRequest();
    CompletableFuture<Boolean> one = fetch("a.rpm", 3);
    CompletableFuture<Boolean> other = fetch("a.rpm", 4);
    CompletableFuture<Boolean> alone = fetch("b.rpm", 2);
    CompletableFuture<Boolean> last = fetch("c.rpm", 1);
    assertThat(one.cancel(true)).isTrue();
    assertThat(alone.cancel(true)).isTrue();
    busy.releaseAll();
    awaitEnd(last);
    awaitEnd(other);
    assertThat(requested()).containsExactly("/busy.rpm", "/a.rpm", "/c.rpm");
  }

  @Test
  void anAdministratorTakesBackWhatHasNotBegun() throws Exception {
    Gate busy = file("busy.rpm");
    file("a.rpm").releaseAll();
    fetch("busy.rpm", 1);
    busy.awaitRequest();
    CompletableFuture<Boolean> ahead = fetch("a.rpm", 1);
    assertThat(coordinator.withdraw(order("busy.rpm").key())).isFalse();
    assertThat(coordinator.withdraw(order("a.rpm").key())).isTrue();
    assertThat(coordinator.withdraw(order("a.rpm").key())).isFalse();
    awaitEnd(ahead);
    assertThat(requested()).containsExactly("/busy.rpm");
  }

  @Test
  void whatRunsAndIsTakenBackIsKeptForLater() throws Exception {
    Gate gate = file("a.rpm");
    CompletableFuture<Boolean> ahead = fetch("a.rpm", 1);
    gate.awaitRequest();
    gate.release(1000);
    awaitBytes("a.rpm", 1000);
    ahead.cancel(true);
    await().atMost(PATIENCE).until(() -> coordinator.running(order("a.rpm").key()).isEmpty());
    gate.releaseAll();
    awaitEnd(join("a.rpm").ended());
    assertThat(upstream.requests("/a.rpm"))
        .extracting(request -> request.header("Range").orElse(""))
        .containsExactly("", "bytes=1000-");
    assertStored("a.rpm");
  }

  @Test
  void aServerThatStopsWaitsForClientsAndNotForWhatNobodyWaitsForAnyMore() throws Exception {
    Gate gate = file("a.rpm");
    Attachment attachment = join("a.rpm");
    gate.awaitRequest();
    fetch("a.rpm", 1);
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(() -> coordinator.close(Duration.ofMinutes(10)));
    await().atMost(PATIENCE).until(() -> fetch("b.rpm", 1).isDone());
    attachment.close();
    // Before the upstream's silence would have ended it.
    closed.get(PATIENCE.toSeconds() / 2, TimeUnit.SECONDS);
    assertThat(folder.resolve("repo/a.rpm")).doesNotExist();
  }

  @Test
  void whatHasJustEndedDoesNotWaitAlthoughItsWishIsNotOverYet() {
    Gate gate = file("a.rpm");
    EntryKey key = order("a.rpm").key();
    CompletableFuture<Boolean> wish = coordinator.fetchForNow(order("a.rpm"), 1);
    gate.awaitRequest();
    List<Boolean> waits = new CopyOnWriteArrayList<>();
    Attachment attachment = join("a.rpm");
    // Comes before what ends the wish.
    CompletableFuture<Void> looked =
        attachment.ended().thenRun(() -> waits.add(wish.isDone() || coordinator.waits(key)));
    gate.releaseAll();
    looked.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    attachment.close();
    assertThat(waits).containsExactly(false);
  }

  @Test
  void whoChoosesAnewAfterARestartLeavesNothingBehind() throws Exception {
    Path kept = folder.resolve(".instantmirror/ahead");
    Gate busy = file("busy.rpm");
    coordinator.keepWishes(kept, id -> Optional.of(repo));
    coordinator.fetchForNow(order("busy.rpm"), 5);
    busy.awaitRequest();
    assertThat(coordinator.waits(order("busy.rpm").key())).isFalse();
    coordinator.fetchForNow(order("a.rpm"), 5);
    coordinator.fetchForNow(order("b.rpm"), 5);
    fetch("b.rpm", 1);
    assertThat(coordinator.waits(order("b.rpm").key())).isTrue();
    coordinator.close();
    assertThat(Files.readString(kept))
        .isEqualTo("instantmirror-ahead 1\n5.0\tPACKAGE\t-\t-\trepo\tb.rpm\n");
  }

  @Test
  void theQueueSurvivesARestart() throws Exception {
    Path kept = folder.resolve(".instantmirror/ahead");
    Gate busy = file("busy.rpm");
    Gate gate = new Gate();
    file("a.rpm", gate);
    byte[] listed = file("b.rpm", gate);
    file("c.rpm", gate);
    coordinator.keepWishes(kept, id -> Optional.of(repo));
    fetch("busy.rpm", 5);
    busy.awaitRequest();
    busy.release(1000);
    awaitBytes("busy.rpm", 1000);
    CompletableFuture<Boolean> never = fetch("a.rpm", 1);
    ListedFile file =
        new ListedFile(
            Checksum.of(ChecksumType.SHA256, ChecksumType.SHA256.newDigest().digest(listed)), SIZE);
    Order order = order("b.rpm");
    coordinator.fetch(
        new Order(repo, order.key(), FileClass.PACKAGE, false, file, Preference.NONE), 3);
    Repo gone = repo("gone");
    coordinator.fetch(
        new Order(gone, new EntryKey(gone.id(), "x.rpm"), FileClass.PACKAGE, false, null), 4);
    coordinator.close();
    awaitEnd(never);
    assertThat(Files.readString(kept)).contains("\trepo\ta.rpm\n", "\tgone\tx.rpm\n");

    client.close();
    begin(1);
    busy.releaseAll();
    gate.releaseAll();
    coordinator.keepWishes(kept, id -> id.equals(repo.id()) ? Optional.of(repo) : Optional.empty());
    await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("repo/a.rpm")));
    // Which one had begun isn't kept; its bytes are.
    assertThat(requested()).containsExactly("/busy.rpm", "/busy.rpm", "/b.rpm", "/a.rpm");
    assertThat(upstream.requests("/busy.rpm").get(1).header("Range")).contains("bytes=1000-");
    assertStored("b.rpm");
    await().atMost(PATIENCE).until(() -> Files.readString(kept).equals("instantmirror-ahead 1\n"));
  }
}
