package org.instantmirror.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Supplier;
import org.instantmirror.repo.ProxySettings;
import org.instantmirror.upstream.PublicAddress;
import org.littleshoot.proxy.HostResolver;

/**
 * Resolves names for the forward proxy, and refuses those with any address that isn't public,
 * unless {@code proxy_hosts} names them. What is checked here is what is connected to. Thread-safe.
 */
final class PublicResolver implements HostResolver {

  private final Supplier<ProxySettings> settings;
  private final int enginePort;

  PublicResolver(Supplier<ProxySettings> settings, int enginePort) {
    this.settings = settings;
    this.enginePort = enginePort;
  }

  @Override
  public InetSocketAddress resolve(String host, int port) throws UnknownHostException {
    if (host.equals(HandOver.HOST) && port == enginePort) {
      return new InetSocketAddress(HandOver.address(), port);
    }
    InetAddress[] addresses = InetAddress.getAllByName(host);
    if (!settings.get().isNamed(host.contains(":") ? "[" + host + "]" : host, port)) {
      for (InetAddress address : addresses) {
        if (!PublicAddress.isPublic(address)) {
          throw new UnknownHostException(host + " has an address that is no public one");
        }
      }
    }
    return new InetSocketAddress(addresses[0], port);
  }
}
