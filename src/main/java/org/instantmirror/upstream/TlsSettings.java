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

/** Makes TLS as a transport's {@code ssl…} settings want it. */
final class TlsSettings {

  private TlsSettings() {}

  /**
   * Reads the named files.
   *
   * @param withClientCertificate whether the client certificate is offered
   * @throws IOException if a file can't be read or used; the message names it
   */
  static TlsSocketStrategy strategy(Transport transport, boolean withClientCertificate)
      throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      Path certificate = withClientCertificate ? transport.sslClientCert() : null;
      context.init(
          certificate == null
              ? null
              : keyManagers(
                  certificate, Objects.requireNonNullElse(transport.sslClientKey(), certificate)),
          trustManagers(transport),
          null);
      return transport.sslVerify()
          ? new DefaultClientTlsStrategy(context)
          : new DefaultClientTlsStrategy(
              context, HostnameVerificationPolicy.CLIENT, NoopHostnameVerifier.INSTANCE);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS can't be set up: " + e.getMessage(), e);
    }
  }

  private static TrustManager @Nullable [] trustManagers(Transport transport)
      throws IOException, GeneralSecurityException {
    if (!transport.sslVerify()) {
      return new TrustManager[] {new TrustingAnybody()};
    }
    Path authorities = transport.sslCaCert();
    if (authorities == null) {
      return null;
    }
    KeyStore trusted = emptyKeyStore();
    List<Certificate> certificates = PemFile.read(authorities).certificates();
    for (int i = 0; i < certificates.size(); i++) {
      trusted.setCertificateEntry("authority-" + i, certificates.get(i));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return factory.getTrustManagers();
  }

  private static KeyManager[] keyManagers(Path certificate, Path key)
      throws IOException, GeneralSecurityException {
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(PemIdentity.read(certificate, key), PemIdentity.PASSWORD.toCharArray());
    return factory.getKeyManagers();
  }

  private static KeyStore emptyKeyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
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
