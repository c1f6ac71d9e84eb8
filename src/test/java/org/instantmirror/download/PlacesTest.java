package org.instantmirror.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.Urgency;
import org.junit.jupiter.api.Test;

/** Who gets a place, in which order, and who has to give one up. */
class PlacesTest {

  private static final Urgency CLIENT = Urgency.INTERACTIVE;
  private static final Urgency AHEAD = Urgency.AHEAD;
  private static final Repo ONE = DownloadFixture.repo("one", 2);
  private static final Repo OTHER = DownloadFixture.repo("other", 2);

  private Places places = new Places(3, 2);
  private long arrivals;

  private Claim claim(Repo repo, String name, Urgency urgency, double saving) {
    Claim claim = new Claim(repo, new EntryKey(repo.id(), name), Claim.Work.NONE);
    claim.urgency = urgency;
    claim.saving = saving;
    claim.arrival = arrivals++;
    return claim;
  }

  private Claim client(Repo repo, String name) {
    return add(claim(repo, name, CLIENT, 0));
  }

  private Claim ahead(Repo repo, String name, double saving) {
    return add(claim(repo, name, AHEAD, saving));
  }

  private Claim add(Claim claim) {
    places.add(claim);
    return claim;
  }

  private List<String> fill() {
    return names(places.fill());
  }

  private static List<String> names(List<Claim> claims) {
    return claims.stream().map(claim -> claim.key().path()).toList();
  }

  /** The order in which all have their turns if there is one place, given back by each. */
  private List<String> turns() {
    List<String> names = new ArrayList<>();
    List<Claim> next = places.fill();
    while (!next.isEmpty()) {
      names.addAll(names(next));
      next.forEach(places::release);
      next = places.fill();
    }
    return names;
  }

  @Test
  void clientsComeFirstAndThenWhatSavesMost() {
    places = new Places(1, 1);
    ahead(ONE, "some", 5);
    ahead(OTHER, "most", 10);
    client(ONE, "first");
    ahead(ONE, "least", 1);
    ahead(OTHER, "some later", 5);
    client(OTHER, "second");
    client(ONE, "third");
    assertThat(names(places.waiting().toList()))
        .containsExactly("first", "second", "third", "most", "some", "some later", "least");
    assertThat(turns())
        .containsExactly("first", "second", "third", "most", "some", "some later", "least");
  }

  @Test
  void whatIsRaisedKeepsItsPlaceByArrival() {
    places = new Places(1, 1);
    client(ONE, "a");
    Claim raised = ahead(ONE, "b", 1);
    client(ONE, "c");
    ahead(ONE, "d", 2);
    places.change(raised, CLIENT, 1, 1);
    assertThat(turns()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void whatIsLoweredWaitsForAllClients() {
    places = new Places(1, 1);
    Claim lowered = client(ONE, "a");
    client(ONE, "b");
    ahead(ONE, "c", 2);
    places.change(lowered, AHEAD, 1, 1);
    assertThat(turns()).containsExactly("b", "c", "a");
  }

  @Test
  void whatHasBegunIsEndedFirst() {
    places = new Places(1, 1);
    Claim begun = ahead(ONE, "begun", 1);
    assertThat(fill()).containsExactly("begun");
    places.release(begun);
    ahead(ONE, "more", 10);
    places.add(begun);
    assertThat(turns()).containsExactly("begun", "more");
  }

  @Test
  void upstreamHostHasSoManyPlacesForWhatNobodyWaitsFor() {
    places = new Places(10, 3);
    ahead(ONE, "a", 1);
    ahead(ONE, "b", 2);
    ahead(OTHER, "c", 3);
    ahead(OTHER, "d", 4);
    // Of each repository two at most, of their common host three.
    assertThat(fill()).containsExactly("d", "c", "b");
    client(ONE, "client");
    assertThat(fill()).containsExactly("client");
  }

  @Test
  void nothingBeginsThatNobodyWaitsForWhileAClientWaits() {
    client(ONE, "a");
    client(ONE, "b");
    client(ONE, "c");
    ahead(OTHER, "ahead", 100);
    assertThat(fill()).containsExactly("a", "b");
    assertThat(places.aheadWaiting()).isEqualTo(1);
    assertThat(places.clientsWaiting()).isEqualTo(1);
  }

  @Test
  void whoSavesLeastGivesWayToAClient() {
    ahead(ONE, "more", 10);
    ahead(ONE, "less", 1);
    assertThat(fill()).containsExactly("more", "less");
    client(ONE, "client");
    assertThat(fill()).isEmpty();
    assertThat(names(places.makeWay())).containsExactly("less");
    // One is enough, and has been told.
    assertThat(places.makeWay()).isEmpty();
  }

  @Test
  void onlyWhoIsInTheWayGivesWay() {
    places = new Places(10, 2);
    ahead(OTHER, "ahead", 1);
    client(ONE, "a");
    client(ONE, "b");
    assertThat(fill()).containsExactly("a", "b", "ahead");
    client(ONE, "waits for its repository");
    assertThat(fill()).isEmpty();
    assertThat(places.makeWay()).isEmpty();
  }

  @Test
  void repositoryOfTheClientGivesWayIfThatIsFull() {
    places = new Places(4, 4);
    ahead(ONE, "one's", 10);
    ahead(OTHER, "other's", 1);
    assertThat(fill()).containsExactly("one's", "other's");
    client(ONE, "a");
    assertThat(fill()).containsExactly("a");
    client(ONE, "b");
    assertThat(names(places.makeWay())).containsExactly("one's");
  }

  @Test
  void eachClientWhoWaitsHasSomebodyGiveWay() {
    places = new Places(2, 2);
    ahead(ONE, "x", 2);
    ahead(OTHER, "y", 1);
    assertThat(fill()).hasSize(2);
    client(ONE, "a");
    client(ONE, "b");
    client(ONE, "c");
    assertThat(names(places.makeWay())).containsExactlyInAnyOrder("x", "y");
  }

  @Test
  void whoIsRaisedWhileItRunsGivesNoWay() {
    places = new Places(1, 1);
    Claim raised = ahead(ONE, "ahead", 1);
    assertThat(fill()).hasSize(1);
    places.change(raised, CLIENT, 1, 1);
    client(OTHER, "client");
    assertThat(places.makeWay()).isEmpty();
  }

  @Test
  void whoIsTakenBackHasNoTurn() {
    places = new Places(1, 1);
    Claim gone = ahead(ONE, "gone", 9);
    Claim left = client(ONE, "left");
    assertThat(places.remove(gone)).isTrue();
    assertThat(places.remove(left)).isTrue();
    assertThat(places.remove(left)).isFalse();
    ahead(ONE, "stays", 1);
    assertThat(turns()).containsExactly("stays");
    assertThat(places.aheadWaiting()).isZero();
  }
}
