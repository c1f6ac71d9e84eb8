package org.instantmirror.signature;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.bcpg.RSAPublicBCPGKey;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;

/**
 * Public keys that are to be believed, as their files hold them: a primary key with its names,
 * subkeys and what it says of them. Immutable.
 */
public final class Keyring {

  /** What a file of keys may hold: some distributions' have a dozen, of a few kB each. */
  public static final int MOST_BYTES = 512 << 10;

  /** Longer keys are no more secure, and take long to compute with. */
  private static final int MOST_BITS = 16_384;

  private static final int MOST_EXPONENT_BITS = 64;

  /** No keys. */
  public static final Keyring EMPTY = new Keyring(List.of());

  /** Each a transferable public key. Parsed anew for each use: the library's keys have state. */
  private final List<byte[]> keys;

  private Keyring(List<byte[]> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * The keys of a file, armored or not. One that is of an unknown kind is left out, if there are
   * others.
   *
   * @throws OpenPgpException if it holds no key, or is too large
   */
  public static Keyring read(byte[] file) throws OpenPgpException {
    if (file.length > MOST_BYTES) {
      throw new OpenPgpException("it is larger than " + MOST_BYTES + " bytes");
    }
    List<byte[]> usable = new ArrayList<>();
    OpenPgpException fault = new OpenPgpException("it holds no public key");
    for (byte[] block : Armor.open(file, "PUBLIC KEY BLOCK")) {
      for (byte[] key : split(block)) {
        try {
          var unused = parse(key);
          usable.add(key);
        } catch (OpenPgpException unfit) {
          fault = unfit;
        }
      }
    }
    if (usable.isEmpty()) {
      throw fault;
    }
    return new Keyring(usable);
  }

  /** All of these. */
  public static Keyring of(List<Keyring> rings) {
    return new Keyring(rings.stream().flatMap(ring -> ring.keys.stream()).toList());
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /** The ids of the primary keys, each once, 16 hexadecimal digits, upper case. */
  public List<String> ids() {
    return rings().stream().map(ring -> id(ring.getPublicKey().getKeyID())).distinct().toList();
  }

  static String id(long keyId) {
    return HexFormat.of().withUpperCase().toHexDigits(keyId);
  }

  /** Parsed for one use by one thread; a key that several files hold is there several times. */
  List<PGPPublicKeyRing> rings() {
    List<PGPPublicKeyRing> rings = new ArrayList<>();
    for (byte[] key : keys) {
      try {
        rings.add(parse(key));
      } catch (OpenPgpException e) {
        throw new IllegalStateException("it has been parsed before", e);
      }
    }
    return rings;
  }

  /** One for each primary key, with all that follows it. */
  private static List<byte[]> split(byte[] block) throws OpenPgpException {
    List<ByteArrayOutputStream> keys = new ArrayList<>();
    for (Packets.Packet packet : Packets.of(block)) {
      if (packet.tag() == Packets.PUBLIC_KEY) {
        keys.add(new ByteArrayOutputStream());
      }
      if (keys.isEmpty()) {
        throw new OpenPgpException("it doesn't begin with a public key");
      }
      keys.get(keys.size() - 1).writeBytes(packet.bytes());
    }
    return keys.stream().map(ByteArrayOutputStream::toByteArray).toList();
  }

  private static PGPPublicKeyRing parse(byte[] key) throws OpenPgpException {
    try {
      PGPPublicKeyRing ring =
          new PGPPublicKeyRing(new ByteArrayInputStream(key), new BcKeyFingerprintCalculator());
      for (PGPPublicKey each : ring) {
        requireComputable(each);
      }
      return ring;
    } catch (IOException | RuntimeException e) {
      // The library throws unchecked exceptions of many kinds at what is malformed.
      throw new OpenPgpException("it holds a damaged or unknown kind of key", e);
    }
  }

  private static void requireComputable(PGPPublicKey key) throws OpenPgpException {
    boolean longExponent =
        key.getPublicKeyPacket().getKey() instanceof RSAPublicBCPGKey rsa
            && rsa.getPublicExponent().bitLength() > MOST_EXPONENT_BITS;
    if (longExponent || key.getBitStrength() > MOST_BITS) {
      throw new OpenPgpException("it holds a key of more than " + MOST_BITS + " bits");
    }
  }
}
