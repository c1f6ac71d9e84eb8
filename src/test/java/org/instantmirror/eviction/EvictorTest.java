package org.instantmirror.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.ConfigReader;
import org.instantmirror.repo.ConfigSources;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.RepoId;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.usage.Demand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real store, without threads of its own: each step is made by the test. */
class EvictorTest {

  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
  private static final RepoId FEDORA = new RepoId("fedora");
  private static final int BLOCK = 4096;

  private final MutableClock clock = new MutableClock(NOW);
  private final Generations generations = new Generations();
  private Path folder;
  private Config config;
  private Store store;
  private Evictor evictor;

  /** What generations say, as a test has it. */
  private static final class Generations implements Listings {
    private final Map<String, Standing> standings = new HashMap<>();
    private final Set<String> busy = new HashSet<>();

    @Override
    public Standing standing(EntryKey key, Instant now) {
      return standings.getOrDefault(key.path(), Standing.LIVE);
    }

    @Override
    public boolean isBusy(EntryKey key) {
      return busy.contains(key.path());
    }

    @Override
    public long version() {
      return 0;
    }
  }

  @BeforeEach
  void open(@TempDir Path temporary) throws Exception {
    folder = temporary;
    configure("cache_size = 1M", "");
    begin(Demand.UNKNOWN);
  }

  private void configure(String main, String repo) throws Exception {
    Path file = folder.resolve("instantmirror.conf");
    String fedora = "[fedora]\nbaseurl = http://up.example/\n" + repo + "\n";
    Files.writeString(
        file, "[main]\nprofiles = no\nmin_free = 1M\nreposdir = .\n" + main + "\n" + fedora);
    config =
        ConfigReader.read(
            new ConfigSources(
                file,
                true,
                new ConfigSources.Overrides(null, 0, folder.resolve("cache"), null),
                folder.resolve("cache")));
  }

  private void begin(Demand demand) throws IOException {
    store =
        Store.open(new Store.StoreSettings(config.cacheDir(), null, config.minFree(), 1000, clock));
    evictor = new Evictor(store, generations, demand, () -> config, clock);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private static EntryKey key(String path) {
    return new EntryKey(FEDORA, path);
  }

  private StoredEntry store(String path, int size) throws IOException {
    PartialEntry partial =
        store.begin(
            key(path),
            new Head(new EntityTag(path, false), null, null, null),
            size,
            URI.create("http://up.example/" + path));
    partial.append(ByteBuffer.allocate(size));
    return partial.commit(clock.instant(), null);
  }

  private void ask(String path, int clients) {
    for (int i = 0; i < clients; i++) {
      evictor.uses().served(key(path), FileClass.PACKAGE, "192.0.2." + i, clock.instant());
    }
  }

  private void pass(Duration time) throws InterruptedException {
    clock.advance(time);
    evictor.tick();
  }

  private boolean isThere(String path) {
    return Files.exists(store.pathOf(key(path)));
  }

  private List<String> wouldGo(long bytes) {
    return evictor.dryRun(null, bytes, 1000).choices().stream()
        .filter(Choice::goes)
        .map(choice -> choice.key().path())
        .toList();
  }

  @Test
  void whatIsAskedForLeastForItsSizeGoesFirst() throws Exception {
    store("popular-1-1.x.rpm", 10 * BLOCK);
    store("large-1-1.x.rpm", 100 * BLOCK);
    store("rare-1-1.x.rpm", 10 * BLOCK);
    ask("popular-1-1.x.rpm", 50);
    ask("rare-1-1.x.rpm", 1);
    pass(Duration.ofMinutes(11));
    assertThat(wouldGo(1)).containsExactly("large-1-1.x.rpm");
    assertThat(wouldGo(Long.MAX_VALUE))
        .containsExactly("large-1-1.x.rpm", "rare-1-1.x.rpm", "popular-1-1.x.rpm");
    assertThat(isThere("large-1-1.x.rpm")).isTrue();
    assertThat(evictor.runNow(null, 101 * BLOCK, "test"))
        .singleElement()
        .satisfies(run -> assertThat(run.bytes()).isEqualTo(110 * BLOCK));
    assertThat(isThere("large-1-1.x.rpm")).isFalse();
    assertThat(isThere("rare-1-1.x.rpm")).isFalse();
    assertThat(isThere("popular-1-1.x.rpm")).isTrue();
    assertThat(evictor.status().totals())
        .singleElement()
        .satisfies(total -> assertThat(total.bytes()).isEqualTo(10 * BLOCK));
  }

  @Test
  void whatManyClientsAreExpectedToWantIsWorthMuchUntilANewerVersionIsThere() throws Exception {
    store.close();
    begin((repo, name, arch, now) -> name.equals("kernel") ? 500 : 0);
    store("kernel-6.1-1.x.rpm", 10 * BLOCK);
    store("vim-9-1.x.rpm", 10 * BLOCK);
    pass(Duration.ofMinutes(11));
    assertThat(wouldGo(Long.MAX_VALUE)).containsExactly("vim-9-1.x.rpm", "kernel-6.1-1.x.rpm");
    store("kernel-6.10-1.x.rpm", 10 * BLOCK);
    pass(Duration.ofMinutes(11));
    assertThat(wouldGo(Long.MAX_VALUE)).last().isEqualTo("kernel-6.10-1.x.rpm");
    assertThat(wouldGo(1)).doesNotContain("kernel-6.10-1.x.rpm");
  }

  /** Gives a file another name. */
  private void share(StoredEntry entry, String path) throws IOException {
    assertThat(store.share(entry, key(path), entry.head(), clock.instant())).isPresent();
  }

  private StoredEntry storeDated(String path, int size) throws IOException {
    PartialEntry partial =
        store.begin(
            key(path), new Head(null, NOW, null, null), size, URI.create("http://up.example/x"));
    partial.append(ByteBuffer.allocate(size));
    return partial.commit(clock.instant(), null);
  }

  @Test
  void bytesWithSeveralNamesAreWorthWhatAllOfTheseAre() throws Exception {
    share(storeDated("x/shared-1-1.noarch.rpm", 10 * BLOCK), "y/shared-1-1.noarch.rpm");
    store("single-1-1.x.rpm", 10 * BLOCK);
    ask("x/shared-1-1.noarch.rpm", 2);
    ask("y/shared-1-1.noarch.rpm", 2);
    ask("single-1-1.x.rpm", 3);
    pass(Duration.ofMinutes(11));
    assertThat(wouldGo(1)).containsExactly("single-1-1.x.rpm");
    assertThat(wouldGo(Long.MAX_VALUE))
        .startsWith("single-1-1.x.rpm")
        .containsExactlyInAnyOrder(
            "single-1-1.x.rpm", "x/shared-1-1.noarch.rpm", "y/shared-1-1.noarch.rpm");
    assertThat(evictor.runNow(null, 20 * BLOCK, "test"))
        .singleElement()
        .satisfies(run -> assertThat(run.bytes()).isEqualTo(20 * BLOCK));
    assertThat(isThere("x/shared-1-1.noarch.rpm")).isFalse();
    assertThat(isThere("y/shared-1-1.noarch.rpm")).isFalse();
    assertThat(evictor.status().totals()).isEmpty();
  }

  @Test
  void bytesStayAsLongAsOneOfTheirNamesHasTo() throws Exception {
    configure("cache_size = 1M", "pin = y/*");
    share(storeDated("x/shared-1-1.noarch.rpm", 10 * BLOCK), "y/shared-1-1.noarch.rpm");
    pass(Duration.ofMinutes(11));
    assertThat(evictor.runNow(null, 1, "test")).noneMatch(EvictionStatus.LastRun::enough);
    assertThat(isThere("x/shared-1-1.noarch.rpm")).isTrue();
    assertThat(evictor.explain(key("x/shared-1-1.noarch.rpm")))
        .get()
        .extracting(Choice::reason)
        .isEqualTo(Reason.LINKED);
    generations.busy.add("y/shared-1-1.noarch.rpm");
    configure("cache_size = 1M", "");
    evictor.reviewAll();
    assertThat(evictor.runNow(null, 1, "test")).noneMatch(EvictionStatus.LastRun::enough);
    generations.busy.clear();
    assertThat(evictor.runNow(null, 1, "test")).allMatch(EvictionStatus.LastRun::enough);
    assertThat(isThere("y/shared-1-1.noarch.rpm")).isFalse();
  }

  @Test
  void oneNameExpiresAndTheOtherStays() throws Exception {
    configure("cache_size = unlimited", "keep_versions = 0\nunlisted_expire = 5d");
    share(storeDated("x/a-1-1.noarch.rpm", BLOCK), "y/a-1-1.noarch.rpm");
    generations.standings.put("x/a-1-1.noarch.rpm", Standing.UNLISTED);
    pass(Duration.ofDays(5));
    evictor.reviewAll();
    assertThat(isThere("x/a-1-1.noarch.rpm")).isFalse();
    assertThat(isThere("y/a-1-1.noarch.rpm")).isTrue();
    assertThat(evictor.status().totals())
        .singleElement()
        .satisfies(total -> assertThat(total.bytes()).isEqualTo(BLOCK));
  }

  @Test
  void whatIsBeingServedOrDownloadedStays() throws Exception {
    store("served-1-1.x.rpm", BLOCK);
    store("busy-1-1.x.rpm", BLOCK);
    pass(Duration.ofDays(1));
    ask("served-1-1.x.rpm", 1);
    pass(Duration.ofSeconds(20));
    generations.busy.add("busy-1-1.x.rpm");
    assertThat(evictor.runNow(null, 1, "test")).noneMatch(EvictionStatus.LastRun::enough);
    assertThat(evictor.dryRun(null, 1, 10).choices())
        .extracting(Choice::reason)
        .containsOnly(Reason.IN_USE);
    clock.advance(Duration.ofMinutes(11));
    assertThat(wouldGo(1)).containsExactly("served-1-1.x.rpm");
  }

  @Test
  void whatWasServedAMomentAgoGoesOnlyIfNothingElseMay() throws Exception {
    store("idle-1-1.x.rpm", BLOCK);
    store("served-1-1.x.rpm", 100 * BLOCK);
    pass(Duration.ofDays(1));
    ask("served-1-1.x.rpm", 1);
    pass(Duration.ofMinutes(2));
    assertThat(wouldGo(1)).containsExactly("idle-1-1.x.rpm");
    assertThat(wouldGo(2 * BLOCK)).containsExactly("idle-1-1.x.rpm", "served-1-1.x.rpm");
  }

  @Test
  void ofVersionsThatNobodyListsTheNewestAreKept() throws Exception {
    configure("cache_size = 1M", "keep_versions = 2");
    for (int version : List.of(9, 10, 8, 11)) {
      store("a-" + version + "-1.x.rpm", BLOCK);
      generations.standings.put("a-" + version + "-1.x.rpm", Standing.UNLISTED);
    }
    store("other-1-1.x.rpm", 50 * BLOCK);
    pass(Duration.ofDays(3));
    evictor.reviewAll();
    assertThat(evictor.dryRun(null, Long.MAX_VALUE, 10).choices())
        .filteredOn(choice -> choice.reason() == Reason.UNLISTED)
        .extracting(choice -> choice.key().path())
        .containsExactlyInAnyOrder("a-8-1.x.rpm", "a-9-1.x.rpm");
    assertThat(wouldGo(2 * BLOCK)).containsExactlyInAnyOrder("a-8-1.x.rpm", "a-9-1.x.rpm");
  }

  @Test
  void whatNobodyListsExpiresWithoutNeedIfItIsSaidTo() throws Exception {
    configure("cache_size = unlimited", "keep_versions = 0\nunlisted_expire = 5d");
    store("a-1-1.x.rpm", BLOCK);
    store("b-1-1.x.rpm", BLOCK);
    generations.standings.put("a-1-1.x.rpm", Standing.UNLISTED);
    pass(Duration.ofDays(4));
    evictor.reviewAll();
    assertThat(isThere("a-1-1.x.rpm")).isTrue();
    pass(Duration.ofDays(1));
    evictor.reviewAll();
    assertThat(isThere("a-1-1.x.rpm")).isFalse();
    assertThat(isThere("b-1-1.x.rpm")).isTrue();
  }

  @Test
  void filesThatComeAndGoByHandAreCounted() throws Exception {
    store("gone-1-1.x.rpm", BLOCK);
    Path put = store.pathOf(key("deep/below/hand-1-1.x.rpm"));
    Files.createDirectories(put.getParent());
    Files.write(put, new byte[5000]);
    Files.createSymbolicLink(put.resolveSibling("link-1-1.x.rpm"), put);
    Files.delete(store.pathOf(key("gone-1-1.x.rpm")));
    evictor.reviewAll();
    assertThat(evictor.status().totals())
        .singleElement()
        .satisfies(
            total -> {
              assertThat(total.files()).isEqualTo(1);
              assertThat(total.bytes()).isEqualTo(2 * BLOCK);
            });
  }

  @Test
  void aFileWithOtherNamesStaysSinceNothingWouldBeFreed() throws Exception {
    store("a-1-1.x.rpm", BLOCK);
    Files.createLink(folder.resolve("other-name"), store.pathOf(key("a-1-1.x.rpm")));
    pass(Duration.ofDays(1));
    assertThat(evictor.runNow(null, 1, "test")).noneMatch(EvictionStatus.LastRun::enough);
    assertThat(isThere("a-1-1.x.rpm")).isTrue();
  }

  @Test
  void roomIsMadeAheadOfNeed() throws Exception {
    for (int i = 0; i < 25; i++) {
      store("a" + i + "-1-1.x.rpm", 10 * BLOCK);
      pass(Duration.ofMinutes(11));
    }
    long held = evictor.status().levels().held();
    assertThat(held).isLessThanOrEqualTo((1 << 20) - (1 << 20) / 20).isGreaterThan(800_000);
    assertThat(isThere("a0-1-1.x.rpm")).isFalse();
  }

  @Test
  void aRepositoryStaysWithinItsShare() throws Exception {
    configure("cache_size = 100M", "cache_share = 200k");
    for (int i = 0; i < 10; i++) {
      store("a" + i + "-1-1.x.rpm", 10 * BLOCK);
      pass(Duration.ofMinutes(11));
    }
    assertThat(evictor.status().totals())
        .singleElement()
        .satisfies(total -> assertThat(total.bytes()).isLessThanOrEqualTo(200 << 10));
  }

  @Test
  void sizesAndUsesAreKnownAtOnceAfterARestart() throws Exception {
    IntStream.range(0, 3)
        .forEach(
            i -> {
              try {
                store("a" + i + "-1-1.x.rpm", BLOCK);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    ask("a0-1-1.x.rpm", 5);
    pass(Duration.ofMinutes(11));
    evictor.runNow(null, 1, "test");
    store.close();
    begin(Demand.UNKNOWN);
    assertThat(evictor.status().totals())
        .singleElement()
        .satisfies(total -> assertThat(total.files()).isEqualTo(2));
    assertThat(wouldGo(Long.MAX_VALUE)).last().isEqualTo("a0-1-1.x.rpm");
    assertThat(store.files().inflation()).isPositive();
  }

  @Test
  void whoStoresWhatDoesNotFitWaitsForRoom() throws Exception {
    for (int i = 0; i < 23; i++) {
      store("a" + i + "-1-1.x.rpm", 10 * BLOCK);
    }
    clock.advance(Duration.ofMinutes(11));
    evictor.start();
    try {
      store("new-1-1.x.rpm", 50 * BLOCK);
      assertThat(isThere("new-1-1.x.rpm")).isTrue();
      assertThat(evictor.status().levels().held()).isLessThanOrEqualTo(1 << 20);
    } finally {
      evictor.close();
    }
  }

  @Test
  void whatWasKilledBetweenFileAndIndexCountsUntilItIsLookedAt() throws Exception {
    store("a-1-1.x.rpm", BLOCK);
    store("b-1-1.x.rpm", 2 * BLOCK);
    pass(Duration.ofMinutes(11));
    // As an eviction leaves it that dies after its first step.
    Files.delete(store.pathOf(key("a-1-1.x.rpm")));
    assertThat(evictor.status().totals()).allMatch(total -> total.files() == 2);
    evictor.runNow(null, Long.MAX_VALUE, "test");
    assertThat(isThere("b-1-1.x.rpm")).isFalse();
    assertThat(evictor.status().totals()).isEmpty();
  }

  @Test
  void oneTickMakesRoomAlsoAmongFilesThatNobodyHasJudgedYet() throws Exception {
    for (int i = 0; i < 25; i++) {
      store("a" + i + "-1-1.x.rpm", 10 * BLOCK);
    }
    assertThat(store.files().unjudged(100)).hasSize(25);
    pass(Duration.ofMinutes(11));
    assertThat(evictor.status().needs()).isEmpty();
    assertThat(evictor.status().levels().held()).isLessThan((1 << 20) - (1 << 20) / 20);
  }

  @Test
  void whatWasAskedForSinceTheLastTickCountsInTheNextOne() throws Exception {
    for (int i = 0; i < 25; i++) {
      store("a" + i + "-1-1.x.rpm", 10 * BLOCK);
    }
    ask("a0-1-1.x.rpm", 3);
    pass(Duration.ofMinutes(11));
    assertThat(isThere("a0-1-1.x.rpm")).isTrue();
    assertThat(store.files().totals())
        .singleElement()
        .satisfies(total -> assertThat(total.files()).isLessThan(25));
  }

  @Test
  void aReviewFindsManyFilesThatCameByHand() throws Exception {
    Path first = store.pathOf(key("by/hand/a0-1-1.x.rpm"));
    Files.createDirectories(Objects.requireNonNull(first.getParent()));
    for (int i = 0; i < 1000; i++) {
      Files.write(first.resolveSibling("a" + i + "-1-1.x.rpm"), new byte[1]);
    }
    assertThat(evictor.reviewAll()).isEqualTo(1000);
    assertThat(evictor.reviewAll()).isEqualTo(1000);
    assertThat(store.files().unjudged(10)).isEmpty();
    assertThat(evictor.status().totals())
        .singleElement()
        .satisfies(total -> assertThat(total.bytes()).isEqualTo(1000L * BLOCK));
    for (int i = 0; i < 500; i++) {
      Files.delete(first.resolveSibling("a" + i + "-1-1.x.rpm"));
    }
    evictor.reviewAll();
    assertThat(evictor.status().totals())
        .singleElement()
        .satisfies(total -> assertThat(total.files()).isEqualTo(500));
  }
}
