package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;

/** The built-in repositories of a running server. */
class ProfilesTest {

  /** Everything would go over the proxy, which sees it. */
  @Test
  void nothingIsContactedBeforeAClientAsks() {
    try (FakeUpstream proxy = FakeUpstream.start();
        RunningMirror mirror =
            RunningMirror.setup()
                .main("profiles = yes")
                .main("proxy = " + proxy.origin())
                .main("retries = 1")
                .start()) {
      assertThat(mirror.request("GET", "/").status()).isEqualTo(200);
      assertThat(mirror.request("GET", "/health/ready").status()).isEqualTo(200);
      assertThat(mirror.request("GET", "/mirror/updates").status()).isEqualTo(301);
      assertThat(mirror.request("GET", "/mirror/updates/42/").status()).isEqualTo(404);
      assertThat(proxy.connectionsAccepted()).isZero();

      String path = "/mirror/opensuse-leap15-oss/15.6/repodata/repomd.xml";
      assertThat(mirror.request("GET", path).status()).isEqualTo(404);

      assertThat(proxy.requests())
          .extracting(request -> request.target())
          .containsExactly(
              "http://cdn.opensuse.org/distribution/leap/15.6/repo/oss/repodata/repomd.xml");
    }
  }
}
