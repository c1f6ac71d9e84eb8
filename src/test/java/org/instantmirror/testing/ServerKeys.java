package org.instantmirror.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.instantmirror.upstream.TestKeys;

/** A server's certificate for 127.0.0.1 and its key, as PEM files of a folder. */
public final class ServerKeys {

  private final TestKeys keys;

  /** Where they are. */
  public final Path certificate;

  /** Readable for its owner only. */
  public final Path key;

  private ServerKeys(TestKeys keys, Path certificate, Path key) {
    this.keys = keys;
    this.certificate = certificate;
    this.key = key;
  }

  /** Makes a pair: {@code name.crt} and {@code name.key}. */
  public static ServerKeys make(Path folder, String name, String algorithm) {
    try {
      TestKeys keys = TestKeys.make(folder, name, algorithm, "ip:127.0.0.1");
      Path key = keys.pem(name + ".key", "PRIVATE KEY", keys.key().getEncoded());
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
      return new ServerKeys(keys, keys.certificatePem(), key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What a client needs that trusts this certificate only. */
  public SSLContext trusting() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "server",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(keys.certificate())));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
