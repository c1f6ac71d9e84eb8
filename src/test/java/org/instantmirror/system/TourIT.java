package org.instantmirror.system;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.instantmirror.testing.JavaCommand;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The README's tour, word for word but for the distribution's server, which is local here. */
@RequiresRpmTools
@RequiresPrograms({Program.DNF, Program.NGINX, Program.CURL, Program.ROOT_USER})
class TourIT {
  /** What dnf makes of the variables in the tour's base URL. */
  private static final Map<String, String> VARIABLES =
      Map.of("$releasever", "9", "$basearch", "x86_64");

  @AutoClose private final WorkDirectory upstreamTree = WorkDirectory.create("tour-upstream");
  @AutoClose private final WorkDirectory folder = WorkDirectory.create("tour");

  @Test
  void everyCommandOfTheTourSucceeds() throws IOException {
    Path project = Path.of(System.getProperty("instantmirror.basedir", "")).toAbsolutePath();
    ReadmeTour tour = ReadmeTour.read(project.resolve("README.md"));
    RpmRepository.create(
        upstreamTree.path().resolve(repositoryPath(tour)),
        SampleRpm.HELLO,
        SampleRpm.ODD,
        SampleRpm.BIG);
    Files.createSymbolicLink(folder.path().resolve("target"), MirrorProcess.war().getParent());
    Files.createSymbolicLink(folder.path().resolve("conf"), project.resolve("conf"));

    try (Upstream upstream = NginxUpstream.serving(upstreamTree.path())) {
      Map<String, String> replacements = new LinkedHashMap<>();
      // The port first: the upstream's own may hold the same digits.
      replacements.put("8080", Integer.toString(BoundPorts.next()));
      tour.servers().forEach(server -> replacements.put(server, upstream.url()));

      tour.replacing(replacements).run(folder.path(), environment()).succeeded();
    }
  }

  /** The path below the server's root of the first base URL that the tour names. */
  private static String repositoryPath(ReadmeTour tour) {
    String server = tour.servers().iterator().next();
    String url = tour.script().substring(tour.script().indexOf(server)).split("[\\s'\"]", 2)[0];
    for (Map.Entry<String, String> variable : VARIABLES.entrySet()) {
      url = url.replace(variable.getKey(), variable.getValue());
    }
    return URI.create(url).getPath().substring(1);
  }

  /** The tour's java is the one that runs the tests, and its home is not the user's. */
  private Map<String, String> environment() {
    String java = Path.of(System.getProperty("java.home"), "bin").toString();
    return Map.of(
        "PATH",
        java + ":" + System.getenv("PATH"),
        "HOME",
        folder.path().toString(),
        "JDK_JAVA_OPTIONS",
        JavaCommand.TEMPORARY_FILES + " " + JavaCommand.NO_PERFORMANCE_DATA);
  }
}
