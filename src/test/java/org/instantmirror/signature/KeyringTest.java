package org.instantmirror.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.instantmirror.testing.OpenPgpKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyringTest {

  private static final OpenPgpKey FIRST = OpenPgpKey.create();
  private static final OpenPgpKey SECOND = OpenPgpKey.create();

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Test
  void fileMayHoldOneKeyOrSeveralArmoredOrNot() throws OpenPgpException {
    assertThat(Keyring.read(FIRST.publicKey()).ids()).containsExactly(FIRST.id());
    assertThat(Keyring.read(FIRST.armored()).ids()).containsExactly(FIRST.id());
    String[] both = {FIRST.id(), SECOND.id()};
    assertThat(Keyring.read(join(FIRST.publicKey(), SECOND.publicKey())).ids())
        .containsExactly(both);
    assertThat(Keyring.read(join(FIRST.armored(), SECOND.armored())).ids()).containsExactly(both);
    assertThat(Keyring.read(OpenPgpKey.armor(FIRST.publicKey(), SECOND.publicKey())).ids())
        .containsExactly(both);
  }

  @Test
  void textAroundTheArmorIsNoMatter() throws OpenPgpException {
    byte[] file =
        join(
            text("\uFEFFThe following key\nsigns packages.\n\n"), FIRST.armored(), text("\nEnd\n"));
    assertThat(Keyring.read(file).ids()).containsExactly(FIRST.id());
    byte[] windows =
        text(new String(FIRST.armored(), StandardCharsets.US_ASCII).replace("\n", " \r\n"));
    assertThat(Keyring.read(windows).ids()).containsExactly(FIRST.id());
  }

  @Test
  void armorsChecksumIsNotLookedAt() throws OpenPgpException {
    String armored = new String(FIRST.armored(), StandardCharsets.US_ASCII);
    assertThat(Keyring.read(text(armored.replaceAll("(?m)^=.{4}$", "=AAAA"))).ids())
        .containsExactly(FIRST.id());
  }

  @Test
  void keyOfAnUnknownKindIsLeftOutIfThereAreOthers() throws OpenPgpException {
    byte[] unknown = {(byte) 0xC6, 6, 9, 0, 0, 0, 0, 1};
    assertThat(Keyring.read(join(unknown, FIRST.publicKey())).ids()).containsExactly(FIRST.id());
    assertThatThrownBy(() -> Keyring.read(unknown)).isInstanceOf(OpenPgpException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>not found</html>",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"
      })
  void whatHoldsNoKeyIsRefused(String file) {
    assertThatThrownBy(() -> Keyring.read(text(file))).isInstanceOf(OpenPgpException.class);
  }

  @Test
  void truncatedOrHugeFileIsRefused() {
    byte[] key = FIRST.publicKey();
    assertThatThrownBy(() -> Keyring.read(Arrays.copyOf(key, key.length - 1)))
        .isInstanceOf(OpenPgpException.class)
        .hasMessageContaining("in the middle of a packet");
    assertThatThrownBy(() -> Keyring.read(Arrays.copyOf(key, Keyring.MOST_BYTES + 1)))
        .isInstanceOf(OpenPgpException.class)
        .hasMessageContaining("larger than");
  }
}
