package org.instantmirror.signature;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.testing.Signatures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetachedSignatureTest {
  private static final byte[] FILE = "repomd\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OTHER = "Repomd\n".getBytes(StandardCharsets.UTF_8);

  /** Of gpg 2.2, over {@link #FILE}. */
  private static final String RSA =
      """
      -----BEGIN PGP SIGNATURE-----

      iQFMBAABCgA2FiEEVeJeiXTiv7EPQBoLh1kLmUEDsp8FAmsDemgYHHJzYTIwNDhA
      ZXhhbXBsZS5pbnZhbGlkAAoJEIdZC5lBA7Kfl6UH/iMlbv5lvTM2PBaotZJOGbjH
      ueEVNw0eGuu43E2sejBiclHhaktlCemwZxtTHJhrD0zMt0Z5DU1WM3FSn3iORwWo
      8UgTIvyPpGjy5+WldkJi1y0ss73aMu0abzTuRZ2PhhRCok1Nk5NT8u9fLS62u46n
      djjdrEgidt730WFo4wCL3pdIRBF112lFQbEo85hkanmKaGrDjwMyqYqI0YLEZs+Z
      nN4BCXqmXLakaosv146/pcKA7ftoRLC8D/QqP7O9lciBLXoeVxj+P1smBCej9E9S
      lBLxu8Yb7uZ76UmrROIo2iBVfD2YSS1zyg88sdsDjrvTB+jP9QL3KOB60eJGnPE=
      =sAhw
      -----END PGP SIGNATURE-----
      """;

  /** The same file's, with headers of its armour. */
  private static final String ED25519 =
      """
      -----BEGIN PGP SIGNATURE-----
      Version: GnuPG v2
      Comment: a sample

      iI4EABYIADYWIQS/hJVk2N4tdH0fsm6ep1JwQ7BJ2QUCawN6aBgcZWQyNTUxOUBl
      eGFtcGxlLmludmFsaWQACgkQnqdScEOwSdkrHQD+It7yWBNxhXvik4naEdnhflw8
      I9ECLQsbJOPm/ulKwmoBAPiHICocFWVJJZlBqaiJVkAE9gGczRxMyH70NrTpwtoM
      =Elz5
      -----END PGP SIGNATURE-----
      """;

  private static void assertTells(byte[] signature) {
    DetachedSignature read = DetachedSignature.of(signature).orElseThrow();
    assertThat(read.mayBeOf(FILE)).isTrue();
    assertThat(read.mayBeOf(OTHER)).isFalse();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] packet(String armoured) {
    String body = armoured.substring(armoured.indexOf("\n\n"), armoured.indexOf("\n="));
    return Base64.getMimeDecoder().decode(body);
  }

  @ParameterizedTest
  @ValueSource(strings = {RSA, ED25519})
  void signatureOfGpgIsToldFromThatOfAnotherFile(String armoured) {
    assertTells(bytes(armoured));
    assertTells(bytes(armoured.replace("\n", "\r\n")));
    assertTells(packet(armoured));
  }

  @Test
  void oneOfSeveralSignaturesIsEnough() {
    byte[] two = Arrays.copyOf(Signatures.over(OTHER), Signatures.over(OTHER).length * 2);
    byte[] second = Signatures.over(FILE);
    System.arraycopy(second, 0, two, two.length - second.length, second.length);

    DetachedSignature read = DetachedSignature.of(two).orElseThrow();

    assertThat(read.mayBeOf(FILE)).isTrue();
    assertThat(read.mayBeOf(OTHER)).isTrue();
    assertThat(read.mayBeOf(bytes("neither"))).isFalse();
  }

  /** As gpg 1 made them: the type and a time are what is signed beside the file. */
  @Test
  void signatureOfVersionThreeIsToldFromThatOfAnotherFile() {
    byte[] trailer = {0, 1, 2, 3, 4};
    MessageDigest digest = ChecksumType.SHA1.newDigest();
    digest.update(FILE);
    byte[] prefix = Arrays.copyOf(digest.digest(trailer), 2);
    ByteBuffer packet = ByteBuffer.allocate(2 + 19 + 3);
    packet.put((byte) 0x88).put((byte) 22).put((byte) 3).put((byte) 5).put(trailer);
    packet.putLong(7).put((byte) 1).put((byte) 2).put(prefix).put(new byte[] {0, 1, 1});

    assertTells(packet.array());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "not a signature", "<html></html>", "-----BEGIN PGP SIGNATURE-----\n\nx\n"})
  void whatIsNoSignatureIsNotJudged(String text) {
    assertThat(DetachedSignature.of(bytes(text))).isEmpty();
  }

  @Test
  void signatureThatIsCutOrOfAnUnknownKindIsNotJudged() {
    byte[] packet = packet(RSA);
    for (int length = 1; length < packet.length; length++) {
      assertThat(DetachedSignature.of(Arrays.copyOf(packet, length))).as("%s", length).isEmpty();
    }
    byte[] ofText = packet.clone();
    ofText[4] = 1;
    assertThat(DetachedSignature.of(ofText)).isEmpty();
    byte[] ofAnUnknownDigest = packet.clone();
    ofAnUnknownDigest[6] = 99;
    assertThat(DetachedSignature.of(ofAnUnknownDigest)).isEmpty();
  }
}
