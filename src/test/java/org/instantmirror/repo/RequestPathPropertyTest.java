package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RequestPathPropertyTest {

  @Property(tries = 500)
  void encodingThenDecodingIsIdentity(@ForAll("paths") String path) throws BadPathException {
    String encoded = RequestPath.encode("/" + path);
    assertThat(encoded).matches("[A-Za-z0-9._~/%-]*");
    assertThat(RequestPath.decode(encoded)).isEqualTo("/" + path);
    assertThat(URI.create("http://up.example" + encoded).getPath()).isEqualTo("/" + path);
  }

  @Property(tries = 500)
  void eachSpellingOfAPathIsDecodedToIt(
      @ForAll("paths") String path, @ForAll java.util.Random random) throws BadPathException {
    StringBuilder raw = new StringBuilder("/");
    for (byte octet : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xFF);
      boolean mustEncode = "%;?# ".indexOf(c) >= 0;
      if (c != '/' && (mustEncode || random.nextBoolean())) {
        raw.append(
            random.nextBoolean() ? "%%%02x".formatted((int) c) : "%%%02X".formatted((int) c));
      } else {
        raw.append(c);
      }
    }
    assertThat(RequestPath.decode(raw.toString())).isEqualTo("/" + path);
  }

  @Property(tries = 3000)
  void whateverIsDecodedLiesInsideItsFolder(@ForAll("attacks") String raw) {
    Optional<String> decoded = decoded(raw);
    if (decoded.isEmpty() || decoded.get().equals("/")) {
      return;
    }
    String relative = decoded.get().substring(1);
    assertThat(relative).doesNotContain("\\", "\0", "\n");
    String file = relative.endsWith("/") ? relative.substring(0, relative.length() - 1) : relative;
    RequestPath.requireSafe(file);
    assertThat(relative.split("/")).doesNotContain("", ".", "..", ".instantmirror");
    if (file.chars().allMatch(c -> c < 0x80)) {
      // Other names can't be a Path where the locale is C.
      Path folder = Path.of("/cache/repo");
      Path resolved = folder.resolve(file);
      assertThat(resolved.normalize()).isEqualTo(resolved).isNotEqualTo(folder);
      assertThat(resolved.startsWith(folder)).isTrue();
    }
  }

  private static Optional<String> decoded(String raw) {
    try {
      return Optional.of(RequestPath.decode(raw));
    } catch (BadPathException e) {
      return Optional.empty();
    }
  }

  /** Relative paths that files can have. */
  @Provide
  Arbitrary<String> paths() {
    Arbitrary<String> names =
        Arbitraries.strings()
            .withChars("abz019.-_~^+:%;?#& @[]\"<>{}|'$!*,()äß€")
            .ofMinLength(1)
            .ofMaxLength(20)
            .filter(name -> !name.equals(".") && !name.equals(".."));
    return names.list().ofMinSize(1).ofMaxSize(5).map(segments -> String.join("/", segments));
  }

  /** What somebody tries who wants out. */
  @Provide
  Arbitrary<String> attacks() {
    return Arbitraries.of(
            "/",
            "..",
            ".",
            "%2e",
            "%2E",
            "%2f",
            "%5c",
            "\\",
            "%00",
            ";",
            ";x",
            "%3b",
            "a",
            "etc",
            "%c0%ae",
            "%c0%af",
            "%252e",
            "%25",
            "%",
            "\u00c0\u00ae",
            ".instantmirror",
            "%0a",
            "é",
            "%c3%a9",
            "ü",
            " ",
            "%20",
            "~",
            "\u0000",
            "\u2215",
            "%e2%88%95")
        .list()
        .ofMinSize(0)
        .ofMaxSize(10)
        .map(parts -> "/" + String.join("", parts));
  }
}
