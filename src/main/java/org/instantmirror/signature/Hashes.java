package org.instantmirror.signature;

import java.util.Map;
import java.util.Set;
import org.bouncycastle.bcpg.HashAlgorithmTags;

/** Which hashes still prove something. */
final class Hashes {

  private static final Set<Integer> STRONG =
      Set.of(
          HashAlgorithmTags.SHA224,
          HashAlgorithmTags.SHA256,
          HashAlgorithmTags.SHA384,
          HashAlgorithmTags.SHA512,
          HashAlgorithmTags.SHA3_256,
          HashAlgorithmTags.SHA3_512);

  private static final Set<Integer> OLD =
      Set.of(HashAlgorithmTags.SHA1, HashAlgorithmTags.RIPEMD160);

  private static final Map<Integer, String> NAMES =
      Map.of(
          HashAlgorithmTags.MD5, "MD5",
          HashAlgorithmTags.SHA1, "SHA-1",
          HashAlgorithmTags.RIPEMD160, "RIPEMD-160");

  private Hashes() {}

  /**
   * Whether a signature of data by that hash proves something: two files of equal SHA-1 can be made
   * for the price of a car. rpm refuses it, too; gpg doesn't.
   */
  static boolean proveData(int algorithm) {
    return STRONG.contains(algorithm);
  }

  /**
   * Whether what a key says of itself by that hash counts. Keys live long, and those of many
   * distributions speak so; they are believed for where their file came from.
   */
  static boolean proveOwn(int algorithm) {
    return STRONG.contains(algorithm) || OLD.contains(algorithm);
  }

  /** What people call it. */
  static String name(int algorithm) {
    return NAMES.getOrDefault(algorithm, "hash number " + algorithm);
  }
}
