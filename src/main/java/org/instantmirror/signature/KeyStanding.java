package org.instantmirror.signature;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.jspecify.annotations.Nullable;

/**
 * Whether a key may vouch for data now, by what it and its primary key say of it themselves (RFC
 * 9580, section 10.1). As GnuPG does, and so dnf: the latest self-signature counts, the judgement
 * is of now and not of when the data were signed, and a revocation counts whatever its reason and
 * date. Revocations by other keys ("designated revokers") are not considered. For one use by one
 * thread.
 */
final class KeyStanding {

  /** How it stands. */
  enum Standing {
    /** It may. */
    VALID,
    /** It, or its primary key, has been revoked. */
    REVOKED,
    /** It, or its primary key, has expired. */
    EXPIRED,
    /** It isn't meant to sign data, or nothing proves that it belongs to its primary key. */
    UNFIT
  }

  /** Clocks differ: what is at most so far in the future has been made. */
  static final Duration CLOCK_SKEW = Duration.ofDays(1);

  private final PGPPublicKey primary;
  private final Instant now;

  private KeyStanding(PGPPublicKey primary, Instant now) {
    this.primary = primary;
    this.now = now;
  }

  /**
   * Judges one.
   *
   * @param key of the ring: its primary key, or a subkey
   * @throws RuntimeException the library's, at what is malformed
   */
  static Standing of(PGPPublicKeyRing ring, PGPPublicKey key, Instant now) {
    KeyStanding rules = new KeyStanding(ring.getPublicKey(), now);
    Optional<PGPSignature> latest = rules.latestOfPrimary();
    if (rules.isRevoked(rules.primary, PGPSignature.KEY_REVOCATION)) {
      return Standing.REVOKED;
    } else if (latest.isEmpty()) {
      return Standing.UNFIT;
    } else if (rules.isExpired(rules.primary, latest.get())) {
      return Standing.EXPIRED;
    } else if (key.getKeyID() != rules.primary.getKeyID()) {
      return rules.ofSubkey(key);
    }
    return signsData(latest.get()) ? Standing.VALID : Standing.UNFIT;
  }

  private Standing ofSubkey(PGPPublicKey key) {
    if (isRevoked(key, PGPSignature.SUBKEY_REVOCATION)) {
      return Standing.REVOKED;
    }
    Optional<PGPSignature> binding =
        latest(
            ofType(key.getSignatures(), PGPSignature.SUBKEY_BINDING)
                .filter(this::counts)
                .filter(signature -> isBy(primary, signature, own -> verify(own, key))));
    if (binding.isEmpty()) {
      return Standing.UNFIT;
    } else if (isExpired(key, binding.get())) {
      return Standing.EXPIRED;
    }
    return signsData(binding.get()) && hasConsented(key, binding.get())
        ? Standing.VALID
        : Standing.UNFIT;
  }

  private boolean verify(PGPSignature own, PGPPublicKey key) throws PGPException {
    return key.getKeyID() == primary.getKeyID()
        ? own.verifyCertification(primary)
        : own.verifyCertification(primary, key);
  }

  private boolean isRevoked(PGPPublicKey key, int type) {
    return ofType(key.getSignatures(), type)
        .anyMatch(signature -> isBy(primary, signature, own -> verify(own, key)));
  }

  /** The latest signature in which it speaks of itself, directly or with one of its names. */
  private Optional<PGPSignature> latestOfPrimary() {
    List<PGPSignature> all = new ArrayList<>();
    ofType(primary.getSignatures(), PGPSignature.DIRECT_KEY)
        .filter(this::counts)
        .filter(signature -> isBy(primary, signature, own -> verify(own, primary)))
        .forEach(all::add);
    for (byte[] name : list(primary.getRawUserIDs())) {
      latestOfName(name).ifPresent(all::add);
    }
    return latest(all.stream());
  }

  /** Its latest word on a name; empty if that was to take it back. */
  private Optional<PGPSignature> latestOfName(byte[] name) {
    return latest(
            list(primary.getSignaturesForID(name)).stream()
                .filter(
                    signature ->
                        signature.isCertification()
                            || signature.getSignatureType()
                                == PGPSignature.CERTIFICATION_REVOCATION)
                .filter(this::counts)
                .filter(
                    signature ->
                        isBy(primary, signature, own -> own.verifyCertification(name, primary))))
        .filter(PGPSignature::isCertification);
  }

  /** Whether the subkey itself has agreed to sign for that primary key: nobody else's was taken. */
  private boolean hasConsented(PGPPublicKey key, PGPSignature binding) {
    return Stream.of(binding.getHashedSubPackets(), binding.getUnhashedSubPackets())
        .flatMap(KeyStanding::embedded)
        .filter(signature -> signature.getSignatureType() == PGPSignature.PRIMARYKEY_BINDING)
        .filter(signature -> Hashes.proveOwn(signature.getHashAlgorithm()))
        .anyMatch(signature -> holds(key, signature, own -> verify(own, key)));
  }

  private static Stream<PGPSignature> embedded(@Nullable PGPSignatureSubpacketVector packets) {
    try {
      List<PGPSignature> signatures = new ArrayList<>();
      if (packets != null) {
        packets.getEmbeddedSignatures().forEach(signatures::add);
      }
      return signatures.stream();
    } catch (PGPException malformed) {
      return Stream.of();
    }
  }

  /** By its hash and its dates. */
  private boolean counts(PGPSignature signature) {
    return Hashes.proveOwn(signature.getHashAlgorithm())
        && !signature.getCreationTime().toInstant().isAfter(now.plus(CLOCK_SKEW))
        && !isExpired(signature, now);
  }

  /** Whether a signature has expired, which is not a matter of its key. */
  static boolean isExpired(PGPSignature signature, Instant now) {
    PGPSignatureSubpacketVector hashed = signature.getHashedSubPackets();
    return hashed != null
        && isOver(signature.getCreationTime(), hashed.getSignatureExpirationTime(), now);
  }

  private boolean isExpired(PGPPublicKey key, PGPSignature self) {
    PGPSignatureSubpacketVector hashed = self.getHashedSubPackets();
    return hashed != null && isOver(key.getCreationTime(), hashed.getKeyExpirationTime(), now);
  }

  /**
   * @param seconds a life's length; 0 for no end
   */
  private static boolean isOver(Date since, long seconds, Instant now) {
    return seconds != 0 && !now.isBefore(since.toInstant().plusSeconds(seconds));
  }

  /** A key that doesn't say what it is for, as old ones don't, is for everything. */
  private static boolean signsData(PGPSignature self) {
    PGPSignatureSubpacketVector hashed = self.getHashedSubPackets();
    return hashed == null
        || !(hashed.getSubpacket(SignatureSubpacketTags.KEY_FLAGS) instanceof KeyFlags flags)
        || (flags.getFlags() & KeyFlags.SIGN_DATA) != 0;
  }

  /** The library's verification of one kind of signature. */
  private interface Check {
    boolean of(PGPSignature signature) throws PGPException;
  }

  private static boolean isBy(PGPPublicKey key, PGPSignature signature, Check check) {
    return signature.getKeyID() == key.getKeyID() && holds(key, signature, check);
  }

  private static boolean holds(PGPPublicKey key, PGPSignature signature, Check check) {
    try {
      signature.init(new BcPGPContentVerifierBuilderProvider(), key);
      return check.of(signature);
    } catch (PGPException unknownAlgorithm) {
      return false;
    }
  }

  private static Optional<PGPSignature> latest(Stream<PGPSignature> signatures) {
    return signatures.max(Comparator.comparing(PGPSignature::getCreationTime));
  }

  private static Stream<PGPSignature> ofType(Iterator<PGPSignature> signatures, int type) {
    return list(signatures).stream().filter(signature -> signature.getSignatureType() == type);
  }

  private static <T> List<T> list(@Nullable Iterator<T> iterator) {
    List<T> list = new ArrayList<>();
    if (iterator != null) {
      iterator.forEachRemaining(list::add);
    }
    return list;
  }
}
