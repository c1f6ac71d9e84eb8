package org.instantmirror.upstream;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.instantmirror.repo.Repo;
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
   * @throws IOException if one is missing or unfit; the message names repository, key and file, and
   *     says what is allowed
   */
  public static Transports read(Collection<Repo> repos) throws IOException {
    Map<Transport, TlsFiles> files = new HashMap<>();
    for (Repo repo : repos) {
      Transport connecting = repo.transport().connecting();
      if (!files.containsKey(connecting)) {
        files.put(connecting, checked(repo, connecting));
      }
    }
    return new Transports(files);
  }

  private static TlsFiles checked(Repo repo, Transport connecting) throws IOException {
    try {
      TlsFiles read = TlsFiles.read(connecting);
      read.check();
      return read;
    } catch (IOException e) {
      throw new IOException("repo '" + repo.id() + "': " + e.getMessage(), e);
    }
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
