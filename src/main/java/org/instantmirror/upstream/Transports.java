package org.instantmirror.upstream;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.instantmirror.repo.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The transports of one configuration, with what their certificate and key files held when it was
 * read: what was found to be fit is what is used. Immutable.
 */
public final class Transports {

  private final Map<Transport, TlsFiles> files;

  private Transports(Map<Transport, TlsFiles> files) {
    this.files = Map.copyOf(files);
  }

  /**
   * Reads the files.
   *
   * @throws IOException if one is missing or unfit; the message names it and says what is allowed
   */
  public static Transports read(Collection<Transport> transports) throws IOException {
    Map<Transport, TlsFiles> files = new HashMap<>();
    for (Transport transport : transports) {
      Transport connecting = transport.connecting();
      if (!files.containsKey(connecting)) {
        TlsFiles read = TlsFiles.read(connecting);
        read.check();
        files.put(connecting, read);
      }
    }
    return new Transports(files);
  }

  /**
   * What the files of one held.
   *
   * @return null if it isn't of this configuration
   */
  @Nullable TlsFiles files(Transport connecting) {
    return files.get(connecting);
  }
}
