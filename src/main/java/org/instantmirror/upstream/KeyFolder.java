package org.instantmirror.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Optional;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.signature.Keyring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that fetched keys are kept in: a file for each repository and URL, as it came, so that
 * a person can look at it with gpg; replaced whole. Thread-safe.
 */
final class KeyFolder {

  private static final Logger LOG = LoggerFactory.getLogger(KeyFolder.class);

  private final Path folder;

  /**
   * @param folder made when first needed
   */
  KeyFolder(Path folder) {
    this.folder = folder;
  }

  /** Keeps it; one that can't be written is fetched again after a restart. */
  void write(RepoId repo, URI uri, byte[] key) {
    Path file = file(repo, uri);
    try {
      Files.createDirectories(folder);
      Path draft = Files.createTempFile(folder, "draft-", ".tmp");
      try {
        Files.write(draft, key);
        Files.move(
            draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      // The store itself reports a disk that takes nothing.
      LOG.debug("{}: not kept", file, e);
    }
  }

  /** What is kept of that URL. */
  Optional<byte[]> read(RepoId repo, URI uri) {
    Path file = file(repo, uri);
    try {
      return Files.exists(file) ? Optional.of(bounded(file)) : Optional.empty();
    } catch (IOException e) {
      LOG.debug("{}: not read", file, e);
      return Optional.empty();
    }
  }

  /** A file's bytes, or one more than any keys may have. */
  static byte[] bounded(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(Keyring.MOST_BYTES + 1);
    }
  }

  private Path file(RepoId repo, URI uri) {
    byte[] name =
        ChecksumType.SHA256.newDigest().digest(uri.toString().getBytes(StandardCharsets.UTF_8));
    // The id first, so that a person finds it; it is a file name, but may be long.
    String id = repo.value().substring(0, Math.min(100, repo.value().length()));
    return folder.resolve(id + "-" + HexFormat.of().formatHex(name, 0, 12) + ".key");
  }
}
