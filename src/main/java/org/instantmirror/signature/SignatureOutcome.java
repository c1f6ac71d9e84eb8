package org.instantmirror.signature;

import org.jspecify.annotations.Nullable;

/**
 * What verifying a detached signature came to.
 *
 * @param keyId of the key that made it, as it names it: 16 hexadecimal digits, upper case; null if
 *     it names none or can't be read
 * @param detail the same for people, to follow "repomd.xml.asc "
 * @param otherKeysMayHelp whether newer files of keys may make it good: a key was replaced, or its
 *     life prolonged
 */
public record SignatureOutcome(
    Verdict verdict, @Nullable String keyId, String detail, boolean otherKeysMayHelp) {

  /** What is wrong, if anything. In the order in which one of several signatures is told of. */
  public enum Verdict {
    /** By a key that is believed, and of these bytes. */
    GOOD,
    /** By a key that is believed, and not of these bytes. */
    BAD,
    /** Good, but its key has been revoked. */
    KEY_REVOKED,
    /** Good, but its key has expired. */
    KEY_EXPIRED,
    /** Good, but it has expired itself, or is of the future. */
    SIGNATURE_EXPIRED,
    /** Made with a hash, or in a way, that proves nothing any more. */
    WEAK,
    /** Good, but its key may not sign data, or nothing binds it to its owner. */
    KEY_UNFIT,
    /** By another key. */
    UNKNOWN_KEY,
    /** It can't be read. */
    MALFORMED,
    /** There is none. */
    MISSING
  }

  /** Whether the bytes may be believed. */
  public boolean isGood() {
    return verdict == Verdict.GOOD;
  }

  static SignatureOutcome of(Verdict verdict, @Nullable String keyId, String detail) {
    boolean byKey =
        switch (verdict) {
          case KEY_REVOKED, KEY_EXPIRED, KEY_UNFIT, UNKNOWN_KEY -> true;
          case GOOD, BAD, SIGNATURE_EXPIRED, WEAK, MALFORMED, MISSING -> false;
        };
    return new SignatureOutcome(verdict, keyId, detail, byKey);
  }

  /** Of the same signatures, of which another's fault is the key. */
  SignatureOutcome withOtherKeysMayHelp(boolean mayHelp) {
    return new SignatureOutcome(verdict, keyId, detail, otherKeysMayHelp || mayHelp);
  }
}
