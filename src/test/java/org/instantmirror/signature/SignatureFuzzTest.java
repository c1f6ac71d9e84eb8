package org.instantmirror.signature;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.instantmirror.signature.SignatureOutcome.Verdict;
import org.instantmirror.testing.OpenPgpKey;

/**
 * Whatever bytes come as a signature or as keys: there is an outcome, and it is never that they are
 * good. docs/fuzzing.md says how to look for such bytes.
 */
class SignatureFuzzTest {
  private static final byte[] DATA = "<repomd/>".getBytes(StandardCharsets.UTF_8);
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final OpenPgpKey KEY = OpenPgpKey.create();
  private static final byte[] SIGNATURE = KEY.sign(DATA, Instant.parse("2026-05-01T00:00:00Z"));

  @FuzzTest
  void signature(byte[] file) throws OpenPgpException {
    refuse(file, Keyring.read(KEY.publicKey()));
    DetachedSignature.of(file).ifPresent(signature -> signature.mayBeOf(DATA));
  }

  /** The fuzzer can't guess a key's id: each of its keys is asked about as if it had signed. */
  @FuzzTest
  void keys(byte[] file) {
    try {
      Keyring keys = Keyring.read(file);
      refuse(SIGNATURE, keys);
      keys.rings().forEach(ring -> ring.forEach(key -> judge(ring, key)));
    } catch (OpenPgpException e) {
      // As it should be.
    }
  }

  private static void judge(PGPPublicKeyRing ring, PGPPublicKey key) {
    try {
      var unused = KeyStanding.of(ring, key, NOW);
    } catch (RuntimeException malformed) {
      // The library's; the verifier takes them for what they are.
    }
  }

  private static void refuse(byte[] signature, Keyring keys) {
    if (SignatureVerifier.verify(DATA, signature, keys, NOW).verdict() == Verdict.GOOD) {
      throw new AssertionError("good");
    }
  }
}
