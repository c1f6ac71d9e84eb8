package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.METADATA_EXPIRE;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.V2;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.assertWhole;
import static org.instantmirror.server.Mirrored.text;

import org.instantmirror.testing.Behaviour;
import org.instantmirror.testing.Gate;
import org.instantmirror.testing.RawClient;
import org.junit.jupiter.api.Test;

/**
 * A repomd.xml and its signature are looked at together: dnf asks for repomd.xml (no-cache), then
 * .asc (without), zypper for .asc first, and never with no-cache.
 */
class SignedMetadataTest {

  private static final String REPOMD = "repodata/repomd.xml";
  private static final String ASC = "repodata/repomd.xml.asc";
  private static final byte[] REPOMD_1 = text("<repomd>1</repomd>\n");
  private static final byte[] REPOMD_2 = text("<repomd>2, longer</repomd>\n");
  private static final byte[] ASC_1 = text("signature 1\n");
  private static final byte[] ASC_2 = text("signature 2, longer\n");

  private static void publish(Mirrored it) {
    it.upstream.file("/" + REPOMD, REPOMD_1).lastModified(V1);
    it.upstream.file("/" + ASC, ASC_1).lastModified(V1);
  }

  private static void republish(Mirrored it) {
    it.upstream.file("/" + REPOMD, REPOMD_2).lastModified(V2);
    it.upstream.file("/" + ASC, ASC_2).lastModified(V2);
  }

  private static Mirrored filled() {
    Mirrored it = Mirrored.with();
    publish(it);
    it.fetch(REPOMD, REPOMD_1);
    it.fetch(ASC, ASC_1);
    return it;
  }

  @Test
  void dnfGetsTheSignatureOfTheRepomdThatItForcedACheckOf() {
    try (Mirrored it = filled()) {
      it.passSeconds(1);
      republish(it);
      assertWhole(it.getNoCache(REPOMD), REPOMD_2);
      assertWhole(it.get(ASC), ASC_2);
    }
  }

  @Test
  void dnfWaitsForASignatureThatIsStillBeingLookedAt() throws Exception {
    try (Mirrored it = filled();
        RawClient dnf = new RawClient(it.mirror.port())) {
      it.passSeconds(1);
      republish(it);
      Gate gate = new Gate();
      it.upstream
          .file("/" + ASC, ASC_2)
          .lastModified(V2)
          .always(Behaviour.proper().headGated(gate));
      assertWhole(it.getNoCache(REPOMD), REPOMD_2);
      gate.awaitRequest();
      dnf.send("GET", "/mirror/repo/" + ASC);
      gate.releaseAll();
      assertWhole(dnf.receive("GET"), ASC_2);
    }
  }

  @Test
  void zypperGetsTheRepomdOfTheSignatureThatCameFirst() {
    try (Mirrored it = filled()) {
      it.pass(METADATA_EXPIRE);
      republish(it);
      assertWhole(it.get(ASC), ASC_2);
      assertWhole(it.get(REPOMD), REPOMD_2);
    }
  }

  @Test
  void zypperWaitsForARepomdThatIsStillBeingLookedAt() throws Exception {
    try (Mirrored it = filled();
        RawClient zypper = new RawClient(it.mirror.port())) {
      it.pass(METADATA_EXPIRE);
      republish(it);
      Gate gate = new Gate();
      it.upstream
          .file("/" + REPOMD, REPOMD_2)
          .lastModified(V2)
          .always(Behaviour.proper().headGated(gate));
      assertWhole(it.get(ASC), ASC_2);
      gate.awaitRequest();
      zypper.send("GET", "/mirror/repo/" + REPOMD);
      gate.releaseAll();
      assertWhole(zypper.receive("GET"), REPOMD_2);
    }
  }

  @Test
  void headOfTheRepomdAsZypperAsksItLooksAtTheSignatureToo() {
    try (Mirrored it = filled()) {
      it.pass(METADATA_EXPIRE);
      republish(it);
      assertThat(it.head(REPOMD).status()).isEqualTo(200);
      assertWhole(it.get(ASC), ASC_2);
      assertWhole(it.get(REPOMD), REPOMD_2);
    }
  }

  @Test
  void aSignatureThatWasMissingIsAskedForAgainWithItsRepomd() {
    try (Mirrored it = Mirrored.with("negative_expire = 1h")) {
      it.upstream.file("/" + REPOMD, REPOMD_1).lastModified(V1);
      it.fetch(REPOMD, REPOMD_1);
      assertThat(it.get(ASC).status()).isEqualTo(404);
      it.passSeconds(1);
      assertThat(it.get(ASC).status()).isEqualTo(404);
      assertThat(it.asked(ASC)).isEqualTo(1);
      republish(it);
      assertWhole(it.getNoCache(REPOMD), REPOMD_2);
      assertWhole(it.get(ASC), ASC_2);
    }
  }

  @Test
  void anUnchangedPairCostsOneConditionalRequestEach() {
    try (Mirrored it = filled()) {
      it.passSeconds(1);
      assertWhole(it.getNoCache(REPOMD), REPOMD_1);
      it.upstream.awaitRequests("/" + ASC, 2);
      assertWhole(it.get(ASC), ASC_1);
      assertServed(it.getNoCache(REPOMD), REPOMD_1, HIT);
      assertThat(it.asked(REPOMD)).isEqualTo(2);
      assertThat(it.asked(ASC)).isEqualTo(2);
      assertThat(it.upstream.bytesSent("/" + ASC)).isEqualTo(ASC_1.length);
    }
  }
}
