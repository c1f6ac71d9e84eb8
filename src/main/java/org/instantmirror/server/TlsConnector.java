package org.instantmirror.server;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.instantmirror.repo.ServerTls;
import org.instantmirror.repo.WatchedFiles;
import org.instantmirror.upstream.PemIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens with TLS: HTTP/2 with who understands it, else HTTP/1.1. New connections get the
 * certificate that the files hold by then.
 */
final class TlsConnector extends LeanConnector {

  private static final Logger LOG = LoggerFactory.getLogger(TlsConnector.class);

  private final ServerTls tls;
  private WatchedFiles files; // guarded by this

  /**
   * @param address null for all addresses
   * @throws IOException if certificate or key can't be used; the message names the file
   */
  TlsConnector(@Nullable InetAddress address, ServerTls tls) throws IOException {
    super(address, tls.port());
    this.tls = tls;
    this.files = watched();
    setScheme("https");
    setSecure(true);
    setProperty("SSLEnabled", "true");
    addUpgradeProtocol(new Http2Protocol());
    addSslHostConfig(identity());
  }

  private WatchedFiles watched() {
    WatchedFiles watched = new WatchedFiles();
    watched.about(tls.certificate());
    watched.about(tls.key());
    return watched;
  }

  private SSLHostConfig identity() throws IOException {
    SSLHostConfig host = new SSLHostConfig();
    SSLHostConfigCertificate certificate =
        new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
    certificate.setCertificateKeystore(PemIdentity.read(tls.certificate(), tls.key()));
    certificate.setCertificateKeystorePassword(PemIdentity.PASSWORD);
    host.addCertificate(certificate);
    return host;
  }

  /** Takes a new certificate if the files have changed and are at rest. */
  synchronized void renewIfChanged() {
    if (files.haveChanged()) {
      renew();
    }
  }

  /** Reads the files again; what can't be used leaves the certificate from before in place. */
  synchronized void renew() {
    files = watched();
    try {
      Optional<String> exposed = tls.exposed();
      if (exposed.isPresent()) {
        throw new IOException(exposed.get());
      }
      protocol().addSslHostConfig(identity(), true);
      LOG.info("certificate {} read again", tls.certificate());
    } catch (IOException | IllegalArgumentException fault) {
      LOG.error("certificate not read again, the one from before stays: {}", fault.getMessage());
    }
  }
}
