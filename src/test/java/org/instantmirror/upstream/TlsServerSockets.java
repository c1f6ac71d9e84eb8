package org.instantmirror.upstream;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** Listening sockets of one TLS context, with or without a demand for a client certificate. */
final class TlsServerSockets extends ServerSocketFactory {
  private final SSLContext context;
  private final boolean needsClientCertificate;

  TlsServerSockets(SSLContext context, boolean needsClientCertificate) {
    this.context = context;
    this.needsClientCertificate = needsClientCertificate;
  }

  @Override
  public ServerSocket createServerSocket() throws IOException {
    SSLServerSocket socket =
        (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
    socket.setNeedClientAuth(needsClientCertificate);
    return socket;
  }

  @Override
  public ServerSocket createServerSocket(int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
    throw new UnsupportedOperationException();
  }
}
