package org.instantmirror.repo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where clients may come with TLS. A value; the files' contents are not part of it.
 *
 * @param port 0 for a free one
 * @param certificate a PEM file: ours, then those of the authorities in between
 * @param key a PEM file, perhaps the same one
 */
public record ServerTls(int port, Path certificate, Path key) {

  /** Of {@code [main]}; null where {@code tls_port} is empty. */
  static @Nullable ServerTls of(Settings main) throws ConfigException {
    Optional<Setting> port = main.given(ConfigKey.TLS_PORT);
    if (port.isEmpty()) {
      for (ConfigKey key : Set.of(ConfigKey.SSLSERVERCERT, ConfigKey.SSLSERVERKEY)) {
        if (main.given(key).isPresent()) {
          throw main.get(key).fault("of no use without tls_port");
        }
      }
      return null;
    }
    Path certificate = Policy.readableFile(main, ConfigKey.SSLSERVERCERT);
    if (certificate == null) {
      throw port.get().fault("needs sslservercert, a PEM file of the server's certificate");
    }
    Path key = Policy.readableFile(main, ConfigKey.SSLSERVERKEY);
    ServerTls tls =
        new ServerTls(
            port.get().as(text -> ValueSyntax.integer(text, 0, 65_535)),
            certificate,
            key == null ? certificate : key);
    Optional<String> fault = tls.exposed();
    if (fault.isPresent()) {
      throw main.get(key == null ? ConfigKey.SSLSERVERCERT : ConfigKey.SSLSERVERKEY)
          .fault(fault.get());
    }
    return tls;
  }

  /**
   * What is wrong with the permissions of the key, in words: everybody on the machine may read or
   * change it. (A group may: keys are commonly shared that way with the account of a server.)
   */
  public Optional<String> exposed() {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(key);
      boolean open =
          permissions.contains(PosixFilePermission.OTHERS_READ)
              || permissions.contains(PosixFilePermission.OTHERS_WRITE);
      return open
          ? Optional.of("everybody may read or change the key " + key + "; chmod o-rwx it")
          : Optional.empty();
    } catch (UnsupportedOperationException | IOException unknown) {
      // No such permissions on its disk; whether it can be read is found out by reading it.
      return Optional.empty();
    }
  }
}
