package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/mirror/fedora/repodata/repomd.xml, /mirror/fedora/repodata/repomd.xml",
    "/mirror/fedora/images/, /mirror/fedora/images/",
    // Each spelling of a name is one file.
    "/a^b.rpm, /a^b.rpm",
    "/a%5Eb.rpm, /a^b.rpm",
    "/a%5eb.rpm, /a^b.rpm",
    "/gcc-c++.rpm, /gcc-c++.rpm",
    "/gcc-c%2b%2B.rpm, /gcc-c++.rpm",
    "/a~rc1.rpm, /a~rc1.rpm",
    "/a%7erc1.rpm, /a~rc1.rpm",
    "/a%7Erc1.rpm, /a~rc1.rpm",
    "/1:2.rpm, /1:2.rpm",
    "/1%3a2.rpm, /1:2.rpm",
    "/100%25.rpm, /100%.rpm",
    "/a%20b.rpm, '/a b.rpm'",
    "/%61%2e%72pm, /a.rpm",
    // Decoded once only: these are odd names, not dots and slashes.
    "/%252e%252e/a, /%2e%2e/a",
    "/a%252fb, /a%2fb",
    "/a%3bb.rpm, /a;b.rpm",
    "/a%3fb, /a?b",
    "/a%23b, /a#b",
    // Legal on Linux.
    "/..., /...",
    "/a./b, /a./b",
    "/a%20/b, '/a /b'",
    "/..a, /..a",
    "/a.., /a..",
    "/.treeinfo, /.treeinfo",
    "/.instantmirrors, /.instantmirrors",
    "/%C3%A4.rpm, /ä.rpm",
    "/%f0%9f%a6%8a.rpm, /🦊.rpm",
  })
  void aNameIsOneFileInEachOfItsSpellings(String raw, String decoded) throws BadPathException {
    assertThat(RequestPath.decode(raw)).isEqualTo(decoded);
  }

  @Test
  void rawBytesAboveAsciiAreReadAsUtf8() throws BadPathException {
    String raw =
        new String("/größe-🦊.rpm".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    assertThat(RequestPath.decode(raw)).isEqualTo("/größe-🦊.rpm");
  }

  @Test
  void aCharacterMayBeHalfRawAndHalfEncoded() throws BadPathException {
    assertThat(RequestPath.decode("/\u00c3%a4")).isEqualTo("/ä");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a/../b",
        "/..",
        "/../",
        "/a/..",
        "/a/../",
        "/a/./b",
        "/.",
        "/./",
        "/a/.",
        "/a/./",
        "/%2e%2e/b",
        "/%2E%2E/b",
        "/.%2e/b",
        "/%2e./b",
        "/%2e/b",
        "/a/%2e%2e",
        "/mirror/fedora/%2e%2e/%2e%2e/etc/passwd",
      })
  void dotSegmentsAreRefusedInEachSpelling(String raw) {
    assertRefused(raw, "'.' or '..'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a%2fb", "/a%2Fb", "/..%2f..%2fetc", "/%2fa", "/a%2f"})
  void encodedSlashesAreRefused(String raw) {
    assertRefused(raw, "encoded slash");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a%5cb", "/a%5Cb", "/a\\b", "/..\\..\\etc", "/..%5cetc"})
  void backslashesAreRefused(String raw) {
    assertRefused(raw, "backslash");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a%00",
        "/a%00.rpm",
        "/%00",
        "/a\u0000b",
        "/a%0a",
        "/a%0D%0Ab",
        "/a\tb",
        "/a%09b",
        "/a%1fb",
        "/a%7fb",
        "/a\u007fb",
        "/a%c2%80b",
        "/a%c2%9fb",
        "/a%C2%85b",
      })
  void nulAndControlCharactersAreRefused(String raw) {
    assertRefused(raw, "control character");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a;x", "/a;x=y/b", "/;", "/..;/b", "/a/..;x/b", "/%2e%2e;/b", "/a;/"})
  void pathParametersAreRefused(String raw) {
    assertRefused(raw, "parameters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"//", "//a", "/a//b", "/a//", "///"})
  void emptySegmentsAreRefused(String raw) {
    assertRefused(raw, "empty segment");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/%", "/a%", "/a%2", "/a%zz", "/a%2g", "/a%g2", "/%%41", "/a%-1", "/%u002e"})
  void badPercentEncodingIsRefused(String raw) {
    assertRefused(raw, "percent-encoding");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Overlong forms of '/', '.', NUL and of '..'.
        "/a%c0%afb",
        "/%c0%ae%c0%ae/b",
        "/%e0%80%ae%e0%80%ae/b",
        "/a%c0%80",
        "/a%e0%80%afb",
        "/a%f0%80%80%afb",
        // Stray and cut bytes, surrogates, past the last code point.
        "/a%ff",
        "/a%80",
        "/a%c3",
        "/a%e2%82",
        "/a%ed%a0%80",
        "/a%ed%a0%bd%ed%b8%80",
        "/a%f4%90%80%80",
        "/a\u00e4b",
      })
  void bytesThatAreNotUtf8AreRefused(String raw) {
    assertRefused(raw, "not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/mirror/.instantmirror/index.db",
        "/mirror/fedora/.instantmirror/partial/x",
        "/mirror/fedora/.instantmirror",
        "/mirror/fedora/.instantmirror/",
        "/mirror/fedora/%2einstantmirror/x",
        "/mirror/fedora/.InstantMirror/x",
      })
  void ourOwnFolderIsRefused(String raw) {
    assertRefused(raw, "mirror's own");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "*", "http://host/a", "\\a"})
  void aPathThatDoesNotBeginWithASlashIsRefused(String raw) {
    assertRefused(raw, "begin with a slash");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a?b", "/a#b", "/?"})
  void aQueryOrFragmentIsNoPartOfAPath(String raw) {
    assertRefused(raw, "query or a fragment");
  }

  @Test
  void charactersThatAreNoBytesAreRefused() {
    assertRefused("/a\u2044b", "no bytes");
  }

  @Test
  void aNameMayBeAsLongAsTheFileSystemTakesAndNoLonger() throws BadPathException {
    String longest = "/x/" + "a".repeat(255) + "/y";
    assertThat(RequestPath.decode(longest)).isEqualTo(longest);
    assertRefused("/x/" + "a".repeat(256) + "/y", "longer than 255 bytes");
    assertRefused("/x/" + "a".repeat(256), "longer than 255 bytes");
  }

  @Test
  void aNameIsMeasuredInBytesOfItsRealName() throws BadPathException {
    assertThat(RequestPath.decode("/" + "%5e".repeat(255))).isEqualTo("/" + "^".repeat(255));
    assertThat(RequestPath.decode("/a" + "%C3%A4".repeat(127))).hasSize(129);
    assertRefused("/" + "%C3%A4".repeat(128), "longer than 255 bytes");
    assertRefused("/" + "%E2%82%AC".repeat(86), "longer than 255 bytes");
    assertRefused("/" + "%f0%9f%a6%8a".repeat(64), "longer than 255 bytes");
  }

  @Test
  void aPathMayNotBeLongerThanFileSystemsTake() throws BadPathException {
    String longest = "/a".repeat(1999) + "/bc";
    assertThat(RequestPath.decode(longest)).isEqualTo(longest);
    assertRefused(longest + "d", "longer than 4000 bytes");
    assertRefused("/%61".repeat(2001), "longer than 4000 bytes");
  }

  @Test
  void theMessageDoesNotRepeatThePath() {
    assertThatThrownBy(() -> RequestPath.decode("/<script>/../b"))
        .isInstanceOf(BadPathException.class)
        .message()
        .doesNotContain("script");
  }

  @ParameterizedTest
  @CsvSource({
    "a^b+c~d:e.rpm, a%5Eb%2Bc~d%3Ae.rpm",
    "x/100%.rpm, x/100%25.rpm",
    "a b/, a%20b/",
    "ä🦊, %C3%A4%F0%9F%A6%8A",
    "Az09-._~/, Az09-._~/",
    "a;b?c#d@e&f=g, a%3Bb%3Fc%23d%40e%26f%3Dg",
    "'', ''",
  })
  void allButUnreservedCharactersAndSlashesAreEncodedUpperCase(String decoded, String encoded) {
    assertThat(RequestPath.encode(decoded)).isEqualTo(encoded);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        "a/./b",
        "a\\b",
        "a\u0000b",
        "a\nb",
        "a\u0085b",
        "a\u007f",
        ".instantmirror/x",
        "x/.instantmirror",
        "a\ud83e",
        "\udd8aa",
        "\udd8a\ud83e",
      })
  void aKeyIsRefusedAPathThatCouldLeaveItsFolderOrIsNoName(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> RequestPath.requireSafe(path));
    assertThatIllegalArgumentException().isThrownBy(() -> new EntryKey(new RepoId("fedora"), path));
  }

  @Test
  void aKeyIsRefusedNamesAndPathsThatAreTooLong() {
    RequestPath.requireSafe("ä".repeat(127) + "b");
    assertThatIllegalArgumentException().isThrownBy(() -> RequestPath.requireSafe("ä".repeat(128)));
    RequestPath.requireSafe("a/".repeat(1999) + "bc");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestPath.requireSafe("a/".repeat(1999) + "bcd"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "a/b.rpm", "a^b+c~d:e%;?#.rpm", "a b", "...", "..a/b.", "ä/🦊", ".x"})
  void aKeyTakesAnyOtherName(String path) {
    RequestPath.requireSafe(path);
    assertThat(new EntryKey(new RepoId("fedora"), path).path()).isEqualTo(path);
  }

  private static void assertRefused(String raw, String why) {
    assertThatThrownBy(() -> RequestPath.decode(raw))
        .isInstanceOf(BadPathException.class)
        .hasMessageContaining(why);
  }
}
