package org.instantmirror.signature;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPSignature;
import org.instantmirror.repodata.ChecksumType;

/**
 * Whether a detached signature may belong to a file, judged without a key: a signature holds the
 * first 16 bits of the digest that was signed (RFC 9580, section 5.2.3). That tells the signature
 * of one {@code repomd.xml} from that of another, all but once in 65,536 times; it proves nothing
 * about who signed. Immutable.
 */
public final class DetachedSignature {

  /** Those that Java has. */
  private static final Map<Integer, ChecksumType> HASHES =
      Map.of(
          HashAlgorithmTags.MD5, ChecksumType.MD5,
          HashAlgorithmTags.SHA1, ChecksumType.SHA1,
          HashAlgorithmTags.SHA224, ChecksumType.SHA224,
          HashAlgorithmTags.SHA256, ChecksumType.SHA256,
          HashAlgorithmTags.SHA384, ChecksumType.SHA384,
          HashAlgorithmTags.SHA512, ChecksumType.SHA512);

  /** From it on the digest begins with a salt. */
  private static final int SALTED = 5;

  private final List<PGPSignature> signatures;

  private DetachedSignature(List<PGPSignature> signatures) {
    this.signatures = signatures;
  }

  /**
   * Reads one, armored or not.
   *
   * @param file a whole {@code .asc} file, of any content
   * @return empty if it is none, or one of them is of a kind that can't be judged like this
   */
  public static Optional<DetachedSignature> of(byte[] file) {
    try {
      List<PGPSignature> signatures = SignatureVerifier.read(file);
      return signatures.stream().allMatch(DetachedSignature::canBeJudged)
          ? Optional.of(new DetachedSignature(List.copyOf(signatures)))
          : Optional.empty();
    } catch (OpenPgpException noSignature) {
      return Optional.empty();
    }
  }

  private static boolean canBeJudged(PGPSignature signature) {
    return signature.getVersion() < SALTED
        && signature.getSignatureType() == PGPSignature.BINARY_DOCUMENT
        && HASHES.containsKey(signature.getHashAlgorithm());
  }

  /** Whether one of them was made over these bytes, as far as can be said. */
  public boolean mayBeOf(byte[] file) {
    return signatures.stream().anyMatch(signature -> mayBeOf(signature, file));
  }

  private static boolean mayBeOf(PGPSignature signature, byte[] file) {
    ChecksumType hash = HASHES.get(signature.getHashAlgorithm());
    if (hash == null) {
      return true;
    }
    MessageDigest digest = hash.newDigest();
    digest.update(file);
    byte[] prefix = signature.getDigestPrefix();
    return Arrays.equals(
        Arrays.copyOf(digest.digest(signature.getSignatureTrailer()), prefix.length), prefix);
  }
}
