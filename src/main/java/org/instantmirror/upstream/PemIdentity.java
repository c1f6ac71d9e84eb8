package org.instantmirror.upstream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.interfaces.RSAKey;
import java.util.List;

/** Who we are in TLS, as a client of upstream or as a server: PEM files of certificates and key. */
public final class PemIdentity {

  /** Of the key in the store, which never leaves this process's memory. */
  public static final String PASSWORD = "in memory only";

  private PemIdentity() {}

  /**
   * Reads the files.
   *
   * @param certificate ours first, then those of the authorities between it and a well-known one
   * @param key may be the same file
   * @return a store of the one key, under {@link #PASSWORD}
   * @throws IOException if a file can't be read or used, or the key isn't the certificate's; the
   *     message names the file
   */
  public static KeyStore read(Path certificate, Path key) throws IOException {
    return of(PemFile.read(certificate), PemFile.read(key));
  }

  /** The same of files that have been read. */
  static KeyStore of(PemFile certificate, PemFile key) throws IOException {
    List<Certificate> chain = certificate.certificates();
    PrivateKey secret = key.privateKey();
    try {
      if (!belong(chain.get(0).getPublicKey(), secret)) {
        throw new IOException(
            key.path() + ": is not the key of the first certificate in " + certificate.path());
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("own", secret, PASSWORD.toCharArray(), chain.toArray(new Certificate[0]));
      return store;
    } catch (GeneralSecurityException e) {
      throw new IOException(key.path() + ": can't be used: " + e.getMessage(), e);
    }
  }

  private static boolean belong(PublicKey open, PrivateKey secret) throws GeneralSecurityException {
    if (open instanceof RSAKey one && secret instanceof RSAKey other) {
      return one.getModulus().equals(other.getModulus());
    }
    if (!open.getAlgorithm().equals(secret.getAlgorithm())) {
      return false;
    }
    String algorithm = secret.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "EdDSA";
    byte[] text = "whose key?".getBytes(StandardCharsets.UTF_8);
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(secret);
    signing.update(text);
    Signature checking = Signature.getInstance(algorithm);
    checking.initVerify(open);
    checking.update(text);
    return checking.verify(signing.sign());
  }
}
