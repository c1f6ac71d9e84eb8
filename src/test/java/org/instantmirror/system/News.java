package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A client that demands upstream's {@code repomd.xml} until the mirror has done something about it.
 * It has an address of its own, so that those who come after don't stick to what it got.
 */
final class News {
  private static final String ADDRESS = "127.9.9.9";

  private News() {}

  /**
   * Asks until the mirror's log holds a text.
   *
   * @param url the repository's base URL, ending in a slash
   */
  static void awaitAt(String url, MirrorProcess mirror, String text) {
    await(text)
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              Curl.download(
                      url + "repodata/repomd.xml",
                      Path.of("/dev/null"),
                      "--interface",
                      ADDRESS,
                      "--header",
                      "Cache-Control: no-cache")
                  .succeeded();
              assertThat(mirror.log()).contains(text);
            });
  }
}
