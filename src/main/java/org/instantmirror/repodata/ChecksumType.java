package org.instantmirror.repodata;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The checksums that repositories use, or used once. Stateless, so safe for all threads. */
public enum ChecksumType {
  /** Of repositories from before 2006 only; says nothing against an attacker. */
  MD5("MD5", 16),
  /** Repodata's {@code sha1}, and {@code sha} in repositories for RHEL 5. */
  SHA1("SHA-1", 20),
  /** Allowed by createrepo, unusual. */
  SHA224("SHA-224", 28),
  /** What nearly all use. */
  SHA256("SHA-256", 32),
  /** Allowed by createrepo, unusual. */
  SHA384("SHA-384", 48),
  /** Of newer repositories of SUSE, among others. */
  SHA512("SHA-512", 64);

  /** By the names that createrepo_c and the metalinks of MirrorManager write, in lower case. */
  private static final Map<String, ChecksumType> BY_NAME =
      Map.ofEntries(
          Map.entry("md5", MD5),
          Map.entry("sha", SHA1),
          Map.entry("sha1", SHA1),
          Map.entry("sha-1", SHA1),
          Map.entry("sha224", SHA224),
          Map.entry("sha-224", SHA224),
          Map.entry("sha256", SHA256),
          Map.entry("sha-256", SHA256),
          Map.entry("sha384", SHA384),
          Map.entry("sha-384", SHA384),
          Map.entry("sha512", SHA512),
          Map.entry("sha-512", SHA512));

  private final String algorithm;
  private final int length;

  ChecksumType(String algorithm, int length) {
    this.algorithm = algorithm;
    this.length = length;
  }

  /** The type of that name, in whatever case; empty if it is none that we know. */
  public static Optional<ChecksumType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name.strip().toLowerCase(Locale.ROOT)));
  }

  /** Of a checksum, in bytes. */
  public int length() {
    return length;
  }

  /** A new digest, to be fed with the bytes as they come. */
  public MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      // Each Java platform has MD5, SHA-1 and SHA-256, and each JDK that we know the others.
      throw new IllegalStateException("this Java has no " + algorithm, e);
    }
  }
}
