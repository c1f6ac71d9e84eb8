package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Which host clients' files name, where the container sees through a proxy. */
@RequiresPrograms({Program.TOMCAT10, Program.CURL})
class ProxiedTomcatIT {
  private static final String PROTO = "X-Forwarded-Proto: https";

  @AutoClose
  private final MirrorFiles files = MirrorFiles.create().repo("samples", "http://up.example/");

  @Test
  void theProxysWordCountsWhereTheContainerTakesIt() {
    try (TomcatServer tomcat =
        TomcatServer.start(Path.of(Program.TOMCAT10.path()), Map.of(TomcatServer.CONTEXT, files))) {
      assertThat(file(tomcat, "Host: mirror.example:8443", PROTO, "X-Forwarded-Port: 8443"))
          .contains("baseurl=https://mirror.example:8443/mirror-app/mirror/samples/\n");
      assertThat(file(tomcat, "Host: mirror.example", PROTO, "X-Forwarded-Port: 443"))
          .contains("baseurl=https://mirror.example/mirror-app/mirror/samples/\n");
      assertThat(file(tomcat)).contains("baseurl=" + tomcat.url() + "mirror/samples/\n");
    }
  }

  @Test
  void elsewhereItDoesNot() {
    try (TomcatServer tomcat = TomcatServer.start(Path.of(Program.TOMCAT10.path()), files)) {
      assertThat(file(tomcat, "X-Forwarded-Host: mirror.example", PROTO))
          .contains("baseurl=" + tomcat.url() + "mirror/samples/\n");
      assertThat(file(tomcat, "Host: mirror.example:8080"))
          .contains("baseurl=http://mirror.example:8080/mirror-app/mirror/samples/\n");
    }
  }

  private static String file(TomcatServer tomcat, String... fields) {
    List<String> words = new ArrayList<>();
    // A proxy that is seen through says whom it speaks for.
    words.addAll(List.of("--header", "X-Forwarded-For: 192.0.2.1"));
    for (String field : fields) {
      words.addAll(List.of("--header", field));
    }
    words.add(tomcat.url() + "repos/samples.repo");
    return Curl.run(words).succeeded().output();
  }
}
