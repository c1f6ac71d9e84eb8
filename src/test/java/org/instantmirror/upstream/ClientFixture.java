package org.instantmirror.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.instantmirror.testing.FakeFile;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.upstream.UpstreamException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** One client, one upstream with one file: what tests of {@link HttpUpstreamClient} begin with. */
@Timeout(30)
abstract class ClientFixture {

  static final byte[] CONTENT = Bodies.bytes(50_000);

  /** For time-outs that are to pass; proper answers are well within it on a busy machine, too. */
  static final Duration SHORT = Duration.ofMillis(500);

  final FakeUpstream upstream = FakeUpstream.start();
  final FakeFile file = upstream.file("/a.rpm", CONTENT);
  final TestRepo repo = TestRepo.at(upstream.origin() + "/");
  final HttpUpstreamClient client = new HttpUpstreamClient();

  @AfterEach
  void stop() {
    client.close();
    upstream.close();
  }

  /** A request for the file. */
  final UpstreamRequest request() {
    return repo.get(upstream.uri("/a.rpm"));
  }

  /** The answer to a request for the file. */
  final UpstreamResponse get() throws UpstreamException {
    return client.execute(request());
  }

  static void assertFault(ThrowingCallable call, Kind kind, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UpstreamException.class, e -> assertThat(e.kind()).as("%s", e).isEqualTo(kind))
        .hasMessageStartingWith("http://")
        .hasMessageContaining(words);
  }
}
