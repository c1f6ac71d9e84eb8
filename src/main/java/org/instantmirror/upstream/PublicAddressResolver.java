package org.instantmirror.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves names of foreign hosts, and refuses those with any address that isn't public. The check
 * sits in the resolver so that what is checked is what is connected to: a name that resolves
 * differently the second time gains nothing. Thread-safe.
 */
final class PublicAddressResolver implements DnsResolver {

  private final DnsResolver resolver;

  PublicAddressResolver(DnsResolver resolver) {
    this.resolver = resolver;
  }

  /** A name or address that must not be connected to. */
  static final class ForbiddenAddressException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    ForbiddenAddressException(String message) {
      super(message);
    }
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] addresses = resolver.resolve(host);
    for (InetAddress address : addresses) {
      if (!PublicAddress.isPublic(address)) {
        throw new ForbiddenAddressException(
            host + " has the private address " + address.getHostAddress());
      }
    }
    return addresses;
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return resolver.resolveCanonicalHostname(host);
  }
}
