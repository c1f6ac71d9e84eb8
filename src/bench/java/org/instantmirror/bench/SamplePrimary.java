package org.instantmirror.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;

/**
 * Writes a {@code primary.xml} as createrepo_c does for a distribution: of each package's element
 * most are provides, requires and files. The same arguments give the same bytes.
 */
final class SamplePrimary {
  private static final String[] WORDS = {
    "lib", "python3", "perl", "kernel", "rust", "golang", "texlive", "devel", "doc", "common",
    "data", "tools", "plugin", "server", "client", "fonts", "gtk", "qt6", "utils", "core"
  };

  private final Random random;
  private final StringBuilder text = new StringBuilder();

  private SamplePrimary(long seed) {
    this.random = new Random(seed);
  }

  /**
   * Writes the file.
   *
   * @param packages how many
   * @param generation of each hundred packages, that many are newer than in generation 0
   */
  static void write(OutputStream out, int packages, int generation) throws IOException {
    write(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<metadata xmlns=\"http://linux.duke.edu/metadata/common\""
            + " xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\""
            + packages
            + "\">\n");
    for (int i = 0; i < packages; i++) {
      boolean newer = i % 100 < generation;
      // Its own seed, so that what isn't newer is the same in each generation.
      SamplePrimary one = new SamplePrimary(newer ? -i - 1L - 1_000_000L * generation : i);
      one.append(i, newer ? generation : 0);
      write(out, one.text.toString());
    }
    write(out, "</metadata>\n");
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private void append(int number, int update) {
    String name = word() + "-" + word() + "-" + Integer.toString(number, 36);
    String version = (number % 9) + "." + random.nextInt(40) + "." + update;
    String release = (1 + random.nextInt(9)) + ".fc43";
    String arch = number % 3 == 0 ? "noarch" : "x86_64";
    String nevra = name + "-" + version + "-" + release + "." + arch;
    line("<package type=\"rpm\">");
    line("  <name>%s</name>", name);
    line("  <arch>%s</arch>", arch);
    line("  <version epoch=\"0\" ver=\"%s\" rel=\"%s\"/>", version, release);
    line("  <checksum type=\"sha256\" pkgid=\"YES\">%s</checksum>", hex(32));
    line("  <summary>A %s of %s for %s</summary>", word(), word(), word());
    line("  <description>%s</description>", words(30 + random.nextInt(40)));
    line("  <packager>Fedora Project</packager>");
    line("  <url>https://example.org/%s/</url>", name);
    line("  <time file=\"%d\" build=\"%d\"/>", 1_750_000_000 + number, 1_749_000_000 + number);
    line("  <size package=\"%d\" installed=\"%d\" archive=\"%d\"/>", size(), size(), size());
    line("  <location href=\"Packages/%c/%s.rpm\"/>", name.charAt(0), nevra);
    line("  <format>");
    line("    <rpm:license>GPL-2.0-or-later AND MIT</rpm:license>");
    line("    <rpm:vendor>Fedora Project</rpm:vendor>");
    line("    <rpm:group>Unspecified</rpm:group>");
    line("    <rpm:buildhost>buildvm-%02d.example.org</rpm:buildhost>", random.nextInt(50));
    line("    <rpm:sourcerpm>%s-%s-%s.src.rpm</rpm:sourcerpm>", name, version, release);
    line("    <rpm:header-range start=\"%d\" end=\"%d\"/>", 4504, 4504 + random.nextInt(90_000));
    entries("provides", name, 1 + random.nextInt(5));
    entries("requires", name, 2 + random.nextInt(16));
    for (int i = random.nextInt(7); i > 0; i--) {
      line("    <file>/usr/bin/%s-%s</file>", name, word());
    }
    line("  </format>");
    line("</package>");
  }

  private void entries(String element, String name, int count) {
    line("    <rpm:%s>", element);
    for (int i = 0; i < count; i++) {
      line(
          "      <rpm:entry name=\"%s(%s-%s)\" flags=\"EQ\" epoch=\"0\" ver=\"%d.%d\" rel=\"1\"/>",
          word(), name, word(), random.nextInt(10), random.nextInt(30));
    }
    line("    </rpm:%s>", element);
  }

  private void line(String format, Object... values) {
    text.append(values.length == 0 ? format : String.format(format, values)).append('\n');
  }

  private String words(int count) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < count; i++) {
      words.append(i == 0 ? "" : " ").append(word());
    }
    return words.append(" &amp; more.").toString();
  }

  private String word() {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private String hex(int bytes) {
    byte[] value = new byte[bytes];
    random.nextBytes(value);
    return HexFormat.of().formatHex(value);
  }

  private int size() {
    return 10_000 + random.nextInt(4_000_000);
  }
}
