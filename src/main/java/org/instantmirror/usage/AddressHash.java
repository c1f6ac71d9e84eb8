package org.instantmirror.usage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/**
 * Hashes of clients' addresses, under a salt that is random, new in each month (UTC) and after each
 * start, and in memory only: what a hash was made of can't be found out later by trying all
 * addresses. For one thread.
 */
final class AddressHash {

  private static final int SALT_BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final MessageDigest digest;
  private final byte[] salt = new byte[SALT_BYTES];
  private YearMonth month;

  AddressHash(Instant now) {
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      // Each Java has it.
      throw new IllegalStateException(e);
    }
    this.month = month(now);
    random.nextBytes(salt);
  }

  private static YearMonth month(Instant now) {
    return YearMonth.from(now.atOffset(ZoneOffset.UTC));
  }

  /**
   * Takes another salt if the month is another: hashes from before can't be compared with those
   * after.
   *
   * @return whether it did
   */
  boolean renew(Instant now) {
    YearMonth current = month(now);
    if (current.equals(month)) {
      return false;
    }
    month = current;
    random.nextBytes(salt);
    return true;
  }

  /** The hash of an address, as the container tells it. */
  int of(String address) {
    digest.update(salt);
    return ByteBuffer.wrap(digest.digest(address.getBytes(StandardCharsets.UTF_8))).getInt();
  }
}
