package org.instantmirror.signature;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPSignature;
import org.instantmirror.signature.SignatureOutcome.Verdict;
import org.instantmirror.testing.OpenPgpKey;
import org.instantmirror.testing.OpenPgpKey.How;
import org.instantmirror.testing.OpenPgpKey.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureVerifierTest {

  private static final byte[] DATA = text("<repomd>1</repomd>\n");
  private static final Instant SIGNED = OpenPgpKey.MADE.plus(Duration.ofDays(100));
  private static final Instant NOW = SIGNED.plus(Duration.ofDays(1));
  private static final Duration YEAR = Duration.ofDays(365);
  private static final int SHA256 = HashAlgorithmTags.SHA256;
  private static final OpenPgpKey KEY = OpenPgpKey.create();
  private static final OpenPgpKey OTHER = OpenPgpKey.create();

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Keyring ring(OpenPgpKey... keys) throws OpenPgpException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (OpenPgpKey key : keys) {
      file.writeBytes(key.armored());
    }
    return Keyring.read(file.toByteArray());
  }

  private static SignatureOutcome verify(byte[] signature, OpenPgpKey... keys)
      throws OpenPgpException {
    return SignatureVerifier.verify(DATA, signature, ring(keys), NOW);
  }

  private static Verdict verdict(byte[] signature, OpenPgpKey... keys) throws OpenPgpException {
    return verify(signature, keys).verdict();
  }

  private static Verdict signedBy(OpenPgpKey key) throws OpenPgpException {
    return verdict(key.sign(DATA, SIGNED), key);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void signatureByAKeyOfEachKindIsGood(Kind kind) throws OpenPgpException {
    OpenPgpKey key = OpenPgpKey.create(kind);
    SignatureOutcome outcome = verify(key.sign(DATA, SIGNED), OTHER, key);
    assertThat(outcome.verdict()).isEqualTo(Verdict.GOOD);
    assertThat(outcome.isGood()).isTrue();
    assertThat(outcome.keyId()).isEqualTo(key.id());
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        HashAlgorithmTags.SHA256,
        HashAlgorithmTags.SHA384,
        HashAlgorithmTags.SHA512,
        HashAlgorithmTags.SHA3_512
      })
  void signatureWithAStrongHashIsGood(int hash) throws OpenPgpException {
    assertThat(verdict(KEY.sign(DATA, How.at(SIGNED).hash(hash)), KEY)).isEqualTo(Verdict.GOOD);
  }

  @ParameterizedTest
  @ValueSource(ints = {HashAlgorithmTags.SHA1, HashAlgorithmTags.MD5, HashAlgorithmTags.RIPEMD160})
  void signatureWithAWeakHashProvesNothing(int hash) throws OpenPgpException {
    OpenPgpKey rsa = OpenPgpKey.create(Kind.RSA);
    assertThat(verdict(rsa.sign(DATA, How.at(SIGNED).hash(hash)), rsa)).isEqualTo(Verdict.WEAK);
  }

  @Test
  void signatureMayBeBinaryOrArmoredOrOfText() throws OpenPgpException {
    assertThat(verdict(KEY.sign(DATA, How.at(SIGNED)), KEY)).isEqualTo(Verdict.GOOD);
    byte[] ofText = KEY.sign(DATA, How.at(SIGNED).type(PGPSignature.CANONICAL_TEXT_DOCUMENT));
    assertThat(verdict(ofText, KEY)).isEqualTo(Verdict.GOOD);
  }

  @Test
  void signatureOfAnotherTypeThanAFilesProvesNothing() throws OpenPgpException {
    byte[] signature = KEY.sign(DATA, How.at(SIGNED).type(PGPSignature.STAND_ALONE));
    assertThat(verdict(signature, KEY)).isEqualTo(Verdict.WEAK);
  }

  @Test
  void signatureOfOtherBytesIsBad() throws OpenPgpException {
    SignatureOutcome outcome =
        SignatureVerifier.verify(
            text("<repomd>2</repomd>\n"), KEY.sign(DATA, SIGNED), ring(KEY), NOW);
    assertThat(outcome.verdict()).isEqualTo(Verdict.BAD);
    assertThat(outcome.keyId()).isEqualTo(KEY.id());
    assertThat(outcome.otherKeysMayHelp()).isFalse();
  }

  @Test
  void signatureThatWasTamperedWithIsNeverGood() throws OpenPgpException {
    byte[] sound = KEY.sign(DATA, How.at(SIGNED));
    for (int i = 0; i < sound.length; i++) {
      byte[] tampered = sound.clone();
      tampered[i] ^= 1;
      Verdict verdict = verdict(tampered, KEY);
      if (verdict == Verdict.GOOD) {
        // What isn't signed itself: the unhashed copy of the key's id.
        assertThat(i).as("byte").isGreaterThan(2);
        assertThat(verify(tampered, KEY).keyId()).isEqualTo(KEY.id());
      }
    }
    byte[] armored = KEY.sign(DATA, SIGNED);
    armored[armored.length / 2] ^= 1;
    assertThat(verdict(armored, KEY)).isIn(Verdict.BAD, Verdict.MALFORMED, Verdict.UNKNOWN_KEY);
  }

  @Test
  void missingSignatureIsMissing() throws OpenPgpException {
    assertThat(SignatureVerifier.verify(DATA, null, ring(KEY), NOW).verdict())
        .isEqualTo(Verdict.MISSING);
  }

  @Test
  void signatureByAnotherKeyNamesThatKey() throws OpenPgpException {
    SignatureOutcome outcome = verify(OTHER.sign(DATA, SIGNED), KEY);
    assertThat(outcome.verdict()).isEqualTo(Verdict.UNKNOWN_KEY);
    assertThat(outcome.keyId()).isEqualTo(OTHER.id());
    assertThat(outcome.detail()).contains(OTHER.id());
    assertThat(outcome.otherKeysMayHelp()).isTrue();
  }

  @Test
  void nothingIsGoodWithoutKeys() {
    SignatureOutcome outcome =
        SignatureVerifier.verify(DATA, KEY.sign(DATA, SIGNED), Keyring.EMPTY, NOW);
    assertThat(outcome.verdict()).isEqualTo(Verdict.UNKNOWN_KEY);
  }

  @Test
  void oneGoodSignatureOfSeveralIsEnough() throws OpenPgpException {
    byte[] both =
        OpenPgpKey.armor(OTHER.sign(DATA, How.at(SIGNED)), KEY.sign(DATA, How.at(SIGNED)));
    assertThat(verify(both, KEY).keyId()).isEqualTo(KEY.id());
    assertThat(verify(both, OTHER).keyId()).isEqualTo(OTHER.id());
    ByteArrayOutputStream blocks = new ByteArrayOutputStream();
    blocks.writeBytes(OTHER.sign(DATA, SIGNED));
    blocks.writeBytes(KEY.sign(DATA, SIGNED));
    assertThat(verdict(blocks.toByteArray(), KEY)).isEqualTo(Verdict.GOOD);
  }

  @Test
  void badSignatureIsToldOfBeforeOneByAnUnknownKeyWhoseKeyMayStillHelp() throws OpenPgpException {
    byte[] both =
        OpenPgpKey.armor(OTHER.sign(DATA, How.at(SIGNED)), KEY.sign(text("else"), How.at(SIGNED)));
    SignatureOutcome outcome = verify(both, KEY);
    assertThat(outcome.verdict()).isEqualTo(Verdict.BAD);
    assertThat(outcome.otherKeysMayHelp()).isTrue();
  }

  @Test
  void subkeyMaySignIfItAndItsPrimaryKeyAgree() throws OpenPgpException {
    assertThat(signedBy(KEY.withSubkey(null, true))).isEqualTo(Verdict.GOOD);
    assertThat(signedBy(KEY.withSubkey(null, false))).isEqualTo(Verdict.KEY_UNFIT);
    assertThat(signedBy(KEY.withSubkey(YEAR, true))).isEqualTo(Verdict.GOOD);
    assertThat(signedBy(KEY.withSubkey(Duration.ofDays(50), true))).isEqualTo(Verdict.KEY_EXPIRED);
    assertThat(signedBy(KEY.withSubkey(null, true).withSubkeyRevoked()))
        .isEqualTo(Verdict.KEY_REVOKED);
  }

  @Test
  void subkeyFallsWithItsPrimaryKey() throws OpenPgpException {
    assertThat(signedBy(KEY.revoked(NOW).withSubkey(null, true))).isEqualTo(Verdict.KEY_REVOKED);
    OpenPgpKey expired = expiring(Duration.ofDays(50)).withSubkey(null, true);
    assertThat(signedBy(expired)).isEqualTo(Verdict.KEY_EXPIRED);
  }

  private static OpenPgpKey expiring(Duration lifetime) {
    return OpenPgpKey.unbound(Kind.ED25519)
        .selfSigned(OpenPgpKey.MADE, lifetime, SHA256, KeyFlags.SIGN_DATA);
  }

  @Test
  void keyThatHasExpiredSinceItSignedIsExpired() throws OpenPgpException {
    Duration untilJustNow = Duration.between(OpenPgpKey.MADE, NOW);
    assertThat(signedBy(expiring(untilJustNow.plusSeconds(1)))).isEqualTo(Verdict.GOOD);
    OpenPgpKey expired = expiring(untilJustNow);
    assertThat(signedBy(expired)).isEqualTo(Verdict.KEY_EXPIRED);
    assertThat(verify(expired.sign(DATA, SIGNED), expired).otherKeysMayHelp()).isTrue();
  }

  @Test
  void latestWordOfAKeyOnItsLifeCounts() throws OpenPgpException {
    OpenPgpKey expired = expiring(Duration.ofDays(50));
    OpenPgpKey prolonged =
        expired.selfSigned(SIGNED.minusSeconds(1), YEAR, SHA256, KeyFlags.SIGN_DATA);
    assertThat(signedBy(prolonged)).isEqualTo(Verdict.GOOD);
    OpenPgpKey afterwards = expired.selfSigned(NOW, YEAR, SHA256, KeyFlags.SIGN_DATA);
    assertThat(signedBy(afterwards)).isEqualTo(Verdict.GOOD);
    OpenPgpKey shortened =
        prolonged.selfSigned(NOW, Duration.ofDays(60), SHA256, KeyFlags.SIGN_DATA);
    assertThat(signedBy(shortened)).isEqualTo(Verdict.KEY_EXPIRED);
  }

  @Test
  void revokedKeyIsRevokedWheneverItSigned() throws OpenPgpException {
    assertThat(signedBy(KEY.revoked(NOW))).isEqualTo(Verdict.KEY_REVOKED);
    assertThat(signedBy(KEY.revoked(SIGNED.minusSeconds(1)))).isEqualTo(Verdict.KEY_REVOKED);
  }

  @Test
  void revocationInOneFileHoldsForTheSameKeyInAnother() throws OpenPgpException {
    Keyring both = Keyring.of(List.of(ring(KEY), ring(KEY.revoked(NOW))));
    assertThat(both.ids()).containsExactly(KEY.id());
    assertThat(SignatureVerifier.verify(DATA, KEY.sign(DATA, SIGNED), both, NOW).verdict())
        .isEqualTo(Verdict.KEY_REVOKED);
  }

  @Test
  void keyMustSayOfItselfWhatItIsFor() throws OpenPgpException {
    assertThat(signedBy(OpenPgpKey.unbound(Kind.ED25519))).isEqualTo(Verdict.KEY_UNFIT);
    assertThat(signedBy(selfSigned(SHA256, KeyFlags.CERTIFY_OTHER))).isEqualTo(Verdict.KEY_UNFIT);
    assertThat(signedBy(selfSigned(SHA256, 0))).isEqualTo(Verdict.GOOD);
  }

  @Test
  void keyMaySpeakOfItselfWithAnOldHash() throws OpenPgpException {
    assertThat(signedBy(selfSigned(HashAlgorithmTags.SHA1, KeyFlags.SIGN_DATA)))
        .isEqualTo(Verdict.GOOD);
    assertThat(signedBy(selfSigned(HashAlgorithmTags.MD5, KeyFlags.SIGN_DATA)))
        .isEqualTo(Verdict.KEY_UNFIT);
  }

  private static OpenPgpKey selfSigned(int hash, int flags) {
    return OpenPgpKey.unbound(Kind.RSA).selfSigned(OpenPgpKey.MADE, null, hash, flags);
  }

  @Test
  void signatureOutOfItsTimeIsNotGood() throws OpenPgpException {
    UnaryOperator<How> daysBeforeNow = how -> how.lifetime(Duration.ofDays(1));
    assertThat(verdict(KEY.sign(DATA, daysBeforeNow.apply(How.at(SIGNED))), KEY))
        .isEqualTo(Verdict.SIGNATURE_EXPIRED);
    assertThat(verdict(KEY.sign(DATA, daysBeforeNow.apply(How.at(NOW))), KEY))
        .isEqualTo(Verdict.GOOD);
    assertThat(verdict(KEY.sign(DATA, NOW.plus(Duration.ofHours(20))), KEY))
        .isEqualTo(Verdict.GOOD);
    assertThat(verdict(KEY.sign(DATA, NOW.plus(Duration.ofDays(2))), KEY))
        .isEqualTo(Verdict.SIGNATURE_EXPIRED);
    assertThat(verdict(KEY.sign(DATA, OpenPgpKey.MADE.minusSeconds(1)), KEY))
        .isEqualTo(Verdict.SIGNATURE_EXPIRED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no signature at all\n",
        "<html>404</html>",
        "-----BEGIN PGP SIGNATURE-----\n",
        "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n",
        "-----BEGIN PGP SIGNATURE-----\n\n%%%%\n-----END PGP SIGNATURE-----\n",
        "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\niQ==\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff"
      })
  void whatIsNoSignatureIsMalformed(String file) throws OpenPgpException {
    assertThat(verdict(file.getBytes(StandardCharsets.ISO_8859_1), KEY))
        .isEqualTo(Verdict.MALFORMED);
  }

  @Test
  void publicKeyIsNoSignature() throws OpenPgpException {
    assertThat(verdict(KEY.publicKey(), KEY)).isEqualTo(Verdict.MALFORMED);
  }

  @Test
  void hugeFileOrNumberOfSignaturesIsMalformed() throws OpenPgpException {
    byte[] huge = Arrays.copyOf(KEY.sign(DATA, SIGNED), SignatureVerifier.MOST_BYTES + 1);
    assertThat(verdict(huge, KEY)).isEqualTo(Verdict.MALFORMED);
    byte[][] many = new byte[21][];
    Arrays.fill(many, KEY.sign(DATA, How.at(SIGNED)));
    assertThat(verdict(OpenPgpKey.armor(many), KEY)).isEqualTo(Verdict.MALFORMED);
  }

  @ParameterizedTest
  @CsvSource({"gpg-armored, gpg-armored", "gpg-binary, gpg-ed25519-with-rsa-subkey"})
  void whatGnuPgSignedIsGood(String signature, String key) throws Exception {
    SignatureOutcome outcome =
        SignatureVerifier.verify(
            text("<repomd>gpg</repomd>\n"),
            resource("signature/" + signature),
            Keyring.read(resource("keys/" + key)),
            Instant.parse("2027-01-01T00:00:00Z"));
    assertThat(outcome.verdict()).as(outcome.detail()).isEqualTo(Verdict.GOOD);
  }

  private static byte[] resource(String name) throws IOException {
    String path = SignatureFuzzTest.class.getSimpleName() + "Inputs/" + name;
    try (InputStream in =
        Objects.requireNonNull(SignatureVerifierTest.class.getResourceAsStream(path), path)) {
      return in.readAllBytes();
    }
  }

  @Test
  void theRuntimesProvidersStayAsTheyAre() throws OpenPgpException {
    assertThat(signedBy(OpenPgpKey.create(Kind.RSA))).isEqualTo(Verdict.GOOD);
    assertThat(Security.getProvider("BC")).isNull();
  }
}
