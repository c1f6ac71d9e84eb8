package org.instantmirror.signature;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.bcpg.KeyIdentifier;
import org.bouncycastle.bcpg.SignatureSubpacket;
import org.bouncycastle.bcpg.sig.NotationData;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.instantmirror.signature.SignatureOutcome.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Verifies detached signatures (RFC 9580), as {@code repomd.xml.asc} is one. Of several, as a
 * repository has while its key is being replaced, one good one is enough, as for dnf. The library
 * is used without registering it as a provider with the Java runtime, which a container shares.
 */
public final class SignatureVerifier {

  /** What a file of signatures may hold: one is of some hundred bytes. */
  public static final int MOST_BYTES = 64 << 10;

  private static final int MOST_SIGNATURES = 20;

  private final byte[] data;
  private final Instant now;
  private final List<PGPPublicKeyRing> rings;

  private SignatureVerifier(byte[] data, Keyring keys, Instant now) {
    this.data = data;
    this.now = now;
    this.rings = keys.rings();
  }

  /**
   * Verifies.
   *
   * @param data what is said to be signed; not changed
   * @param signature the file of signatures, armored or not; null if there is none
   * @param keys who may sign
   */
  public static SignatureOutcome verify(
      byte[] data, byte @Nullable [] signature, Keyring keys, Instant now) {
    if (signature == null) {
      return SignatureOutcome.of(Verdict.MISSING, null, "is missing");
    }
    List<PGPSignature> signatures;
    try {
      signatures = read(signature);
    } catch (OpenPgpException damaged) {
      return SignatureOutcome.of(
          Verdict.MALFORMED, null, "is no signature: " + damaged.getMessage());
    }
    SignatureVerifier verifier = new SignatureVerifier(data, keys, now);
    List<SignatureOutcome> outcomes = signatures.stream().map(verifier::judge).toList();
    SignatureOutcome best =
        outcomes.stream().min(Comparator.comparing(SignatureOutcome::verdict)).orElseThrow();
    return best.isGood()
        ? best
        : best.withOtherKeysMayHelp(outcomes.stream().anyMatch(SignatureOutcome::otherKeysMayHelp));
  }

  /** The signatures of a file; those of unknown kinds are left out. */
  static List<PGPSignature> read(byte[] file) throws OpenPgpException {
    if (file.length > MOST_BYTES) {
      throw new OpenPgpException("it is larger than " + MOST_BYTES + " bytes");
    }
    List<PGPSignature> signatures = new ArrayList<>();
    OpenPgpException fault = new OpenPgpException("it holds no signature");
    for (byte[] block : Armor.open(file, "SIGNATURE")) {
      for (Packets.Packet packet : Packets.of(block)) {
        if (packet.tag() != Packets.SIGNATURE) {
          throw new OpenPgpException("it holds something other than signatures");
        }
        try {
          signatures.add(parse(packet));
        } catch (OpenPgpException unknown) {
          fault = unknown;
        }
        if (signatures.size() > MOST_SIGNATURES) {
          throw new OpenPgpException("it holds more than " + MOST_SIGNATURES + " signatures");
        }
      }
    }
    if (signatures.isEmpty()) {
      throw fault;
    }
    return signatures;
  }

  private static PGPSignature parse(Packets.Packet packet) throws OpenPgpException {
    try {
      Object object = new BcPGPObjectFactory(new ByteArrayInputStream(packet.bytes())).nextObject();
      if (object instanceof PGPSignatureList list && list.size() == 1) {
        return list.get(0);
      }
    } catch (IOException | RuntimeException malformed) {
      // The library throws unchecked exceptions of many kinds at what is malformed.
      throw new OpenPgpException("it is damaged, or of an unknown kind", malformed);
    }
    throw new OpenPgpException("it is damaged, or of an unknown kind");
  }

  private SignatureOutcome judge(PGPSignature signature) {
    Set<Long> issuers =
        signature.getKeyIdentifiers().stream()
            .map(KeyIdentifier::getKeyId)
            .collect(Collectors.toSet());
    String claimed = Keyring.id(signature.getKeyID());
    List<SignatureOutcome> outcomes = new ArrayList<>();
    for (PGPPublicKeyRing ring : rings) {
      for (PGPPublicKey key : ring) {
        if (issuers.contains(key.getKeyID())) {
          outcomes.add(judge(signature, ring, key));
        }
      }
    }
    // Several files may hold the key: that one of them revokes it counts, and also that another
    // prolongs its life.
    return outcomes.stream()
        .filter(outcome -> outcome.verdict() == Verdict.KEY_REVOKED)
        .findFirst()
        .or(() -> outcomes.stream().min(Comparator.comparing(SignatureOutcome::verdict)))
        .orElseGet(
            () ->
                SignatureOutcome.of(
                    Verdict.UNKNOWN_KEY,
                    issuers.isEmpty() ? null : claimed,
                    issuers.isEmpty()
                        ? "doesn't say whose it is"
                        : "is by key " + claimed + ", which is none of those to be believed"));
  }

  private SignatureOutcome judge(PGPSignature signature, PGPPublicKeyRing ring, PGPPublicKey key) {
    String id = Keyring.id(key.getKeyID());
    try {
      String weakness = weakness(signature);
      if (weakness != null) {
        return SignatureOutcome.of(Verdict.WEAK, id, "of key " + id + " " + weakness);
      }
      if (!isOfData(signature, key)) {
        return SignatureOutcome.of(
            Verdict.BAD, id, "of key " + id + " is bad: it is not of this repomd.xml");
      }
      return ofGoodSignature(signature, ring, key, id);
    } catch (PGPException | RuntimeException malformed) {
      return SignatureOutcome.of(
          Verdict.MALFORMED, id, "of key " + id + " can't be verified: " + malformed.getMessage());
    }
  }

  private SignatureOutcome ofGoodSignature(
      PGPSignature signature, PGPPublicKeyRing ring, PGPPublicKey key, String id) {
    Instant made = signature.getCreationTime().toInstant();
    if (KeyStanding.isExpired(signature, now)
        || made.isAfter(now.plus(KeyStanding.CLOCK_SKEW))
        || made.isBefore(key.getCreationTime().toInstant())) {
      return SignatureOutcome.of(
          Verdict.SIGNATURE_EXPIRED,
          id,
          "of key " + id + " is out of its time (it was made at " + made + ")");
    }
    return switch (KeyStanding.of(ring, key, now)) {
      case VALID -> SignatureOutcome.of(Verdict.GOOD, id, "is good, by key " + id);
      case REVOKED ->
          SignatureOutcome.of(
              Verdict.KEY_REVOKED, id, "is by key " + id + ", which has been revoked");
      case EXPIRED ->
          SignatureOutcome.of(Verdict.KEY_EXPIRED, id, "is by key " + id + ", which has expired");
      case UNFIT ->
          SignatureOutcome.of(
              Verdict.KEY_UNFIT,
              id,
              "is by key "
                  + id
                  + ", which isn't for signing data, or not proven to be its owner's");
    };
  }

  private boolean isOfData(PGPSignature signature, PGPPublicKey key) throws PGPException {
    signature.init(new BcPGPContentVerifierBuilderProvider(), key);
    signature.update(data);
    return signature.verify();
  }

  /** Why it proves nothing, whoever made it; null if it may. */
  private static @Nullable String weakness(PGPSignature signature) {
    int type = signature.getSignatureType();
    if (type != PGPSignature.BINARY_DOCUMENT && type != PGPSignature.CANONICAL_TEXT_DOCUMENT) {
      return "is not one of a file";
    }
    if (!Hashes.proveData(signature.getHashAlgorithm())) {
      return "was made with "
          + Hashes.name(signature.getHashAlgorithm())
          + ", which proves nothing any more";
    }
    if (signature.getVersion() < 4) {
      return null;
    }
    PGPSignatureSubpacketVector hashed = signature.getHashedSubPackets();
    if (hashed.getSignatureCreationTime() == null) {
      return "has no date";
    }
    for (SignatureSubpacket packet : hashed.toArray()) {
      // What the library doesn't know is of the general class.
      boolean known =
          packet.getClass() != SignatureSubpacket.class && !(packet instanceof NotationData);
      if (packet.isCritical() && !known) {
        return "has conditions that are unknown here";
      }
    }
    return null;
  }
}
