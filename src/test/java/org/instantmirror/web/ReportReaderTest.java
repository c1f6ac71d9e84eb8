package org.instantmirror.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.usage.Report;
import org.instantmirror.usage.UsedPackage;
import org.junit.jupiter.api.Test;

/** What the plugin's schema gives as examples is read. {@code UsageReportTest} has what isn't. */
class ReportReaderTest {

  private static final Path SCHEMA = Path.of("docs/usage-report.schema.json");

  /** The objects in the array of that name. */
  private static List<String> objects(String json, String array) {
    List<String> found = new ArrayList<>();
    int at = json.indexOf("\"" + array + "\": [");
    int depth = 0;
    int begin = at;
    for (int i = at; i < json.length() && !(depth == 0 && json.charAt(i) == ']'); i++) {
      if (json.charAt(i) == '{' && depth++ == 0) {
        begin = i;
      } else if (json.charAt(i) == '}' && --depth == 0) {
        found.add(json.substring(begin, i + 1));
      }
    }
    return found;
  }

  private static Report read(String text) throws IOException {
    return ReportReader.read(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        path -> Optional.of(new RepositoryFolder(new RepoId("r"), path.replaceAll("^/|/$", ""))),
        Instant.parse("2026-11-24T12:00:00Z"));
  }

  @Test
  void theSchemasExamplesAreReports() throws IOException {
    assumeThat(SCHEMA).exists();
    List<String> examples = objects(Files.readString(SCHEMA), "examples");
    assertThat(examples).hasSizeGreaterThan(1);
    for (String example : examples) {
      Report report = read(example);
      assertThat(example).contains(report.client(), report.window().toString());
    }
  }

  @Test
  void fieldsMayComeInAnyOrder() throws IOException {
    Report report =
        read(
            """
            {"changes":[["erase","a","0:1-1","noarch","x"]],"installed":[["é+","1:1~a^b-1","s390x","x"]],
             "repos":{"x":"/mirror/r/"},"period":3600,"window":"2026-11-24T00:00:00Z",
             "client":"q83vEjRWeJCrze8SNFZ4kA","version":1}
            """);
    RepositoryFolder folder = new RepositoryFolder(new RepoId("r"), "mirror/r");
    assertThat(report.installed()).containsExactly(new UsedPackage(folder, "é+", "s390x"));
    assertThat(report.changes())
        .containsExactly(
            new Report.Change(Report.Action.ERASE, new UsedPackage(folder, "a", "noarch")));
  }
}
