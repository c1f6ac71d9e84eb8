package org.instantmirror;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The package table: who may use whom, and which package speaks to which library. */
class ArchitectureTest {

  private static final String ROOT = "org.instantmirror";

  /** In the table's order: a package may use those before it, never those after. */
  private static final List<String> TABLE =
      List.of(
          "http",
          "repo",
          "repodata",
          "signature",
          "freshness",
          "store",
          "upstream",
          "download",
          "usage",
          "eviction",
          "mirror",
          "web",
          "server");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  private static Stream<String> packages() {
    return TABLE.stream();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageUsesOnlyThoseAboveIt(String name) {
    String[] below =
        TABLE.subList(TABLE.indexOf(name) + 1, TABLE.size()).stream()
            .map(ArchitectureTest::and)
            .toArray(String[]::new);
    if (below.length == 0) {
      return;
    }
    noClasses()
        .that()
        .resideInAPackage(and(name))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(below)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void everyPackageStandsInTheTable() {
    Set<String> found =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .map(name -> name.substring(ROOT.length()).replaceFirst("^\\.", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(found).isSubsetOf(TABLE);
    assertThat(found)
        .contains("http", "repo", "repodata", "store", "download", "mirror", "web", "server");
  }

  @ParameterizedTest
  @CsvSource({
    "org.apache.hc, upstream",
    "org.jdbi, store",
    "java.sql, store",
    "javax.sql, store",
    "org.sqlite, store",
    "org.ehcache, store mirror",
    "com.github.luben, repodata",
    "org.tukaani, repodata",
    "org.apache.commons, repodata",
    "javax.xml, repodata",
    "org.bouncycastle, signature",
    "tools.jackson, web server",
    "jakarta.servlet, web server",
    "io.micrometer, web",
    "io.prometheus, web",
    "org.apache.catalina, server",
    "org.apache.coyote, server",
    "org.apache.tomcat, server",
    "picocli, server",
    "org.eclipse.packager, web",
    "org.littleshoot, server",
    "io.netty, server",
    "ch.qos.logback, server",
  })
  void aLibraryIsSpokenToInItsPlaceOnly(String library, String allowed) {
    String[] places =
        Stream.of(allowed.split(" ", -1)).map(ArchitectureTest::and).toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "..")
        .and()
        .resideOutsideOfPackages(places)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library + "..")
        .check(CLASSES);
  }

  private static String and(String name) {
    return name.isEmpty() ? "none" : ROOT + "." + name + "..";
  }
}
