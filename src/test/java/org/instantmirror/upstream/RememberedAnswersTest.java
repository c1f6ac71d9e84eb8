package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.instantmirror.repo.RepoId;
import org.junit.jupiter.api.Test;

class RememberedAnswersTest {

  private static final RepoId REPO = new RepoId("repo");

  private final RememberedAnswers answers = new RememberedAnswers();

  private static RememberedAnswer answer(int status) {
    URI uri = URI.create("http://up.example/a.rpm");
    return new RememberedAnswer("GET", uri, uri, status, null, Instant.EPOCH, Duration.ZERO);
  }

  @Test
  void theLatestComesFirstAndOfAFileFewAreKept() {
    for (int i = 0; i < 2 * RememberedAnswers.MOST_OF_FILE; i++) {
      answers.record(REPO, "a.rpm", answer(200 + i));
    }
    assertThat(answers.of(REPO, "a.rpm"))
        .hasSize(RememberedAnswers.MOST_OF_FILE)
        .first()
        .extracting(RememberedAnswer::status)
        .isEqualTo(200 + 2 * RememberedAnswers.MOST_OF_FILE - 1);
  }

  @Test
  void theFilesThatWereAskedForLongestAgoAreForgotten() {
    for (int i = 0; i <= RememberedAnswers.MOST; i++) {
      answers.record(REPO, i + ".rpm", answer(200));
    }
    assertThat(answers.of(REPO, "0.rpm")).isEmpty();
    assertThat(answers.of(REPO, "1.rpm")).hasSize(1);
    assertThat(answers.of(REPO, RememberedAnswers.MOST + ".rpm")).hasSize(1);
  }

  @Test
  void aTransferThatBrokeTakesThePlaceOfItsAnswer() {
    answers.record(REPO, "a.rpm", answer(200));
    answers.broke(REPO, "a.rpm", answer(200), "the connection broke");
    assertThat(answers.of(REPO, "a.rpm"))
        .singleElement()
        .satisfies(it -> assertThat(it.status()).isEqualTo(200))
        .extracting(RememberedAnswer::fault)
        .isEqualTo("the connection broke");
  }

  @Test
  void whatWasFetchedForAnAssemblyIsTheFilesOwn() {
    answers.record(REPO.area("staging"), "a.rpm", answer(200));
    assertThat(answers.of(REPO, "a.rpm")).hasSize(1);
  }
}
