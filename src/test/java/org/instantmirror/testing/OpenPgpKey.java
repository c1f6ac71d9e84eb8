package org.instantmirror.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.generators.DSAKeyPairGenerator;
import org.bouncycastle.crypto.generators.DSAParametersGenerator;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.DSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;
import org.jspecify.annotations.Nullable;

/**
 * An OpenPGP key that a test makes and signs with, sound or not. Immutable: what is said of it
 * makes another one of the same key material.
 */
public final class OpenPgpKey {

  /** When it was made, unless said otherwise. */
  public static final Instant MADE = Instant.parse("2025-01-01T00:00:00Z");

  private static final String NAME = "Test <test@example.invalid>";
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Its kind. */
  public enum Kind {
    /** As most distributions have. */
    RSA(PublicKeyAlgorithmTags.RSA_GENERAL),
    /** As old distributions had. */
    DSA(PublicKeyAlgorithmTags.DSA),
    /** As young ones have; made in no time. */
    ED25519(PublicKeyAlgorithmTags.EDDSA_LEGACY);

    private final int tag;

    Kind(int tag) {
      this.tag = tag;
    }

    private AsymmetricCipherKeyPair generate() {
      switch (this) {
        case RSA -> {
          RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
          generator.init(
              new RSAKeyGenerationParameters(BigInteger.valueOf(65537), RANDOM, 2048, 80));
          return generator.generateKeyPair();
        }
        case DSA -> {
          DSAParametersGenerator parameters = new DSAParametersGenerator();
          parameters.init(1024, 20, RANDOM);
          DSAKeyPairGenerator generator = new DSAKeyPairGenerator();
          generator.init(new DSAKeyGenerationParameters(RANDOM, parameters.generateParameters()));
          return generator.generateKeyPair();
        }
        default -> {
          Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
          generator.init(new Ed25519KeyGenerationParameters(RANDOM));
          return generator.generateKeyPair();
        }
      }
    }
  }

  /**
   * How a signature of data is made.
   *
   * @param hash a number of {@link HashAlgorithmTags}
   * @param lifetime null for ever
   */
  public record How(Instant at, int hash, int type, @Nullable Duration lifetime) {

    /** A proper one. */
    public static How at(Instant when) {
      return new How(when, HashAlgorithmTags.SHA512, PGPSignature.BINARY_DOCUMENT, null);
    }

    /** With another hash. */
    public How hash(int other) {
      return new How(at, other, type, lifetime);
    }

    /** Of another type. */
    public How type(int other) {
      return new How(at, hash, other, lifetime);
    }

    /** That expires. */
    public How lifetime(Duration other) {
      return new How(at, hash, type, other);
    }
  }

  private final PGPKeyPair primary;
  private final PGPPublicKey publicPrimary;
  private final @Nullable PGPKeyPair subkey;
  private final @Nullable PGPPublicKey publicSubkey;

  private OpenPgpKey(
      PGPKeyPair primary,
      PGPPublicKey publicPrimary,
      @Nullable PGPKeyPair subkey,
      @Nullable PGPPublicKey publicSubkey) {
    this.primary = primary;
    this.publicPrimary = publicPrimary;
    this.subkey = subkey;
    this.publicSubkey = publicSubkey;
  }

  /** One that lives for ever. */
  public static OpenPgpKey create() {
    return create(Kind.ED25519);
  }

  /** The same of another kind. */
  public static OpenPgpKey create(Kind kind) {
    return unbound(kind).selfSigned(MADE, null, HashAlgorithmTags.SHA256, KeyFlags.SIGN_DATA);
  }

  /** One that says nothing of itself. */
  public static OpenPgpKey unbound(Kind kind) {
    PGPKeyPair pair = pair(kind);
    return new OpenPgpKey(pair, pair.getPublicKey(), null, null);
  }

  private static PGPKeyPair pair(Kind kind) {
    try {
      return new BcPGPKeyPair(
          PublicKeyPacket.VERSION_4, kind.tag, kind.generate(), Date.from(MADE));
    } catch (PGPException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * With a name, and what else it says of itself.
   *
   * @param lifetime of the key, since it was made; null for ever
   * @param flags of {@link KeyFlags}; 0 to say nothing of its use
   */
  public OpenPgpKey selfSigned(Instant at, @Nullable Duration lifetime, int hash, int flags) {
    return made(
        () -> {
          PGPSignatureGenerator generator = generator(primary, hash);
          generator.init(PGPSignature.POSITIVE_CERTIFICATION, primary.getPrivateKey());
          generator.setHashedSubpackets(said(primary, at, lifetime, flags).generate());
          PGPSignature signature = generator.generateCertification(NAME, publicPrimary);
          PGPPublicKey named = PGPPublicKey.addCertification(publicPrimary, NAME, signature);
          return new OpenPgpKey(primary, named, subkey, publicSubkey);
        });
  }

  /** Which has been revoked. */
  public OpenPgpKey revoked(Instant at) {
    return made(
        () -> {
          PGPSignatureGenerator generator = generator(primary, HashAlgorithmTags.SHA256);
          generator.init(PGPSignature.KEY_REVOCATION, primary.getPrivateKey());
          generator.setHashedSubpackets(said(primary, at, null, 0).generate());
          PGPSignature signature = generator.generateCertification(publicPrimary);
          return new OpenPgpKey(
              primary,
              PGPPublicKey.addCertification(publicPrimary, signature),
              subkey,
              publicSubkey);
        });
  }

  /**
   * With a subkey that signs in its place.
   *
   * @param lifetime of the subkey, since it was made; null for ever
   * @param consents whether the subkey agrees, as it must
   */
  public OpenPgpKey withSubkey(@Nullable Duration lifetime, boolean consents) {
    return made(
        () -> {
          PGPKeyPair sub = pair(Kind.ED25519).asSubkey(new BcKeyFingerprintCalculator());
          PGPSignatureSubpacketGenerator said = said(primary, MADE, lifetime, KeyFlags.SIGN_DATA);
          if (consents) {
            PGPSignatureGenerator consent = generator(sub, HashAlgorithmTags.SHA256);
            consent.init(PGPSignature.PRIMARYKEY_BINDING, sub.getPrivateKey());
            consent.setHashedSubpackets(said(sub, MADE, null, 0).generate());
            said.addEmbeddedSignature(
                false, consent.generateCertification(publicPrimary, sub.getPublicKey()));
          }
          PGPSignatureGenerator generator = generator(primary, HashAlgorithmTags.SHA256);
          generator.init(PGPSignature.SUBKEY_BINDING, primary.getPrivateKey());
          generator.setHashedSubpackets(said.generate());
          PGPSignature binding = generator.generateCertification(publicPrimary, sub.getPublicKey());
          return new OpenPgpKey(
              primary,
              publicPrimary,
              sub,
              PGPPublicKey.addCertification(sub.getPublicKey(), binding));
        });
  }

  /** Whose subkey has been revoked. */
  public OpenPgpKey withSubkeyRevoked() {
    return made(
        () -> {
          PGPSignatureGenerator generator = generator(primary, HashAlgorithmTags.SHA256);
          generator.init(PGPSignature.SUBKEY_REVOCATION, primary.getPrivateKey());
          generator.setHashedSubpackets(said(primary, MADE, null, 0).generate());
          PGPSignature signature = generator.generateCertification(publicPrimary, publicSubkey);
          return new OpenPgpKey(
              primary,
              publicPrimary,
              subkey,
              PGPPublicKey.addCertification(publicSubkey, signature));
        });
  }

  private static PGPSignatureGenerator generator(PGPKeyPair by, int hash) {
    return new PGPSignatureGenerator(
        new BcPGPContentSignerBuilder(by.getPublicKey().getAlgorithm(), hash), by.getPublicKey());
  }

  private static PGPSignatureSubpacketGenerator said(
      PGPKeyPair by, Instant at, @Nullable Duration lifetime, int flags) {
    PGPSignatureSubpacketGenerator said = new PGPSignatureSubpacketGenerator();
    said.setSignatureCreationTime(false, Date.from(at));
    said.setIssuerFingerprint(false, by.getPublicKey());
    said.setIssuerKeyID(false, by.getKeyID());
    if (lifetime != null) {
      said.setKeyExpirationTime(false, lifetime.toSeconds());
    }
    if (flags != 0) {
      said.setKeyFlags(false, flags);
    }
    return said;
  }

  /** The id of what signs: the subkey if there is one. */
  public String id() {
    return "%016X".formatted(signer().getKeyID());
  }

  private PGPKeyPair signer() {
    return subkey != null ? subkey : primary;
  }

  /** The public key as it is published, not armored. */
  public byte[] publicKey() {
    return made(
        () -> {
          List<PGPPublicKey> keys = new ArrayList<>(List.of(publicPrimary));
          if (publicSubkey != null) {
            keys.add(publicSubkey);
          }
          return new PGPPublicKeyRing(keys).getEncoded();
        });
  }

  /** The same, armored. */
  public byte[] armored() {
    return armor(publicKey());
  }

  /** A detached signature, not armored. */
  public byte[] sign(byte[] data, How how) {
    return made(
        () -> {
          PGPSignatureGenerator generator = generator(signer(), how.hash());
          generator.init(how.type(), signer().getPrivateKey());
          PGPSignatureSubpacketGenerator said = said(signer(), how.at(), null, 0);
          if (how.lifetime() != null) {
            said.setSignatureExpirationTime(false, how.lifetime().toSeconds());
          }
          generator.setHashedSubpackets(said.generate());
          generator.update(data);
          return generator.generate().getEncoded();
        });
  }

  /** A proper detached signature, armored. */
  public byte[] sign(byte[] data, Instant at) {
    return armor(sign(data, How.at(at)));
  }

  /** Puts packets into ASCII armor, with the title that befits the first. */
  public static byte[] armor(byte[]... packets) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ArmoredOutputStream out = ArmoredOutputStream.builder().build(bytes)) {
      for (byte[] packet : packets) {
        out.write(packet);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private interface Making<T> {
    T make() throws PGPException, IOException;
  }

  private static <T> T made(Making<T> making) {
    try {
      return making.make();
    } catch (PGPException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
