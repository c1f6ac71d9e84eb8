package org.instantmirror.upstream;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.instantmirror.repo.Transport;
import org.jspecify.annotations.Nullable;

/**
 * What the files held that a transport's {@code ssl…} settings name, and TLS as they want it. A
 * value: connections that were made with equal ones are alike.
 *
 * @param verify whether certificates and host names are verified
 * @param authorities to trust in place of the well-known ones; null for those
 * @param certificate ours, with its chain; null for none
 * @param key of that; may be the same file
 */
record TlsFiles(
    boolean verify,
    @Nullable PemFile authorities,
    @Nullable PemFile certificate,
    @Nullable PemFile key) {

  /**
   * Reads the named files.
   *
   * @throws IOException if one can't be read; the message names it
   */
  static TlsFiles read(Transport transport) throws IOException {
    PemFile own = read(transport.sslClientCert());
    return new TlsFiles(
        transport.sslVerify(),
        read(transport.sslVerify() ? transport.sslCaCert() : null),
        own,
        transport.sslClientKey() == null ? own : read(transport.sslClientKey()));
  }

  /**
   * Makes TLS of them once, for nobody.
   *
   * @throws IOException if they can't be used; the message names key and file
   */
  void check() throws IOException {
    try {
      if (authorities != null) {
        authorities.certificates();
      }
    } catch (IOException e) {
      throw new IOException("sslcacert: " + e.getMessage(), e);
    }
    try {
      var unused = strategy(certificate != null);
    } catch (IOException e) {
      throw new IOException("sslclientcert and sslclientkey: " + e.getMessage(), e);
    }
  }

  private static @Nullable PemFile read(@Nullable Path file) throws IOException {
    return file == null ? null : PemFile.read(file);
  }

  /**
   * TLS by them.
   *
   * @param withCertificate whether ours is offered
   * @throws IOException if they can't be used; the message names the file
   */
  TlsSocketStrategy strategy(boolean withCertificate) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(withCertificate ? keyManagers() : null, trustManagers(), null);
      return verify
          ? new DefaultClientTlsStrategy(context)
          : new DefaultClientTlsStrategy(
              context, HostnameVerificationPolicy.CLIENT, NoopHostnameVerifier.INSTANCE);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS can't be set up: " + e.getMessage(), e);
    }
  }

  private TrustManager @Nullable [] trustManagers() throws IOException, GeneralSecurityException {
    if (!verify) {
      return new TrustManager[] {new TrustingAnybody()};
    }
    if (authorities == null) {
      return null;
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    List<Certificate> certificates = authorities.certificates();
    for (int i = 0; i < certificates.size(); i++) {
      trusted.setCertificateEntry("authority-" + i, certificates.get(i));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return factory.getTrustManagers();
  }

  private KeyManager[] keyManagers() throws IOException, GeneralSecurityException {
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(
        PemIdentity.of(Objects.requireNonNull(certificate), Objects.requireNonNull(key)),
        PemIdentity.PASSWORD.toCharArray());
    return factory.getKeyManagers();
  }

  @Override
  public String toString() {
    return "TlsFiles[keys hidden]";
  }

  /**
   * {@code sslverify=0}. An extended trust manager, because the JDK wraps a plain one in checks of
   * its own.
   */
  private static final class TrustingAnybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
