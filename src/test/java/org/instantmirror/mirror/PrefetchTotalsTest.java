package org.instantmirror.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.ListedFile;
import org.junit.jupiter.api.Test;

/** What was fetched ahead, and whether anybody wanted it. */
class PrefetchTotalsTest {

  private final PrefetchTotals totals = new PrefetchTotals(List::of);

  private static EntryKey key(int number) {
    return new EntryKey(new RepoId("r"), "p" + number + ".rpm");
  }

  private static ListedFile listed(long size) {
    return new ListedFile(Checksum.of(ChecksumType.SHA256, new byte[32]), size);
  }

  private void ask(int number) {
    totals.served(key(number), FileClass.PACKAGE, "192.0.2.1", Instant.EPOCH);
  }

  @Test
  void aFileIsUsedOnceHoweverManyAskForIt() {
    totals.fetched(key(1), listed(10));
    totals.fetched(key(2), listed(20));
    ask(2);
    ask(2);
    ask(3);
    assertThat(totals.files()).isEqualTo(2);
    assertThat(totals.bytes()).isEqualTo(30);
    assertThat(totals.usedFiles()).isEqualTo(1);
    assertThat(totals.usedBytes()).isEqualTo(20);
  }

  @Test
  void whatNobodyHasAskedForYetWasInVainUntilItIsPublishedAnew() {
    totals.fetched(key(1), listed(10));
    assertThat(totals.wasInVain(key(1), listed(10))).isTrue();
    assertThat(totals.wasInVain(key(1), listed(11))).isFalse();
    ask(1);
    assertThat(totals.wasInVain(key(1), listed(10))).isFalse();
  }

  @Test
  void whatCouldNotBeHadIsNoneOfThem() {
    totals.couldNotBeHad();
    ask(1);
    assertThat(totals.failed()).isEqualTo(1);
    assertThat(totals.files()).isZero();
    assertThat(totals.usedFiles()).isZero();
  }

  @Test
  void ofTooManyThatNobodyAsksForSomeAreForgotten() {
    for (int i = 0; i <= PrefetchTotals.MOST_AWAITED; i++) {
      totals.fetched(key(i), listed(1));
    }
    for (int i = 0; i <= PrefetchTotals.MOST_AWAITED; i++) {
      ask(i);
    }
    assertThat(totals.files()).isEqualTo(PrefetchTotals.MOST_AWAITED + 1);
    assertThat(totals.usedFiles()).isEqualTo(PrefetchTotals.MOST_AWAITED);
  }
}
