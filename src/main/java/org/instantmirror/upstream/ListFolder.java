package org.instantmirror.upstream;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.ChecksumType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that lists of mirrors are kept in over restarts: a file for each, replaced whole. A
 * list that can't be written or read back is as good as none. Thread-safe.
 *
 * <pre>
 * file = "instantmirror-list 1" LF url LF fetched-at LF ( "inside" / "outside" ) LF body
 * </pre>
 */
final class ListFolder {

  private static final Logger LOG = LoggerFactory.getLogger(ListFolder.class);
  private static final String MAGIC = "instantmirror-list 1";
  private static final int HEAD_LINES = 4;

  private final Path folder;

  /**
   * @param folder made when first needed
   */
  ListFolder(Path folder) {
    this.folder = folder;
  }

  /** A list as it came, when, and whether its server has a private address. */
  record Kept(Instant at, boolean inside, ByteBuffer body) {}

  void write(RepoId repo, URI uri, Kept list) {
    String head =
        String.join(
            "\n",
            MAGIC,
            uri.toString(),
            list.at().toString(),
            list.inside() ? "inside" : "outside");
    byte[] first = (head + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(first, first.length + list.body().remaining());
    list.body().duplicate().get(bytes, first.length, list.body().remaining());
    Path file = file(repo, uri);
    try {
      Files.createDirectories(folder);
      Path draft = Files.createTempFile(folder, "draft-", ".tmp");
      Files.write(draft, bytes);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      // The store itself reports a disk that takes nothing.
      LOG.debug("{}: not kept", file, e);
    }
  }

  Optional<Kept> read(RepoId repo, URI uri) {
    Path file = file(repo, uri);
    try {
      return Files.exists(file) ? parse(Files.readAllBytes(file), uri) : Optional.empty();
    } catch (IOException e) {
      LOG.debug("{}: not read", file, e);
      return Optional.empty();
    }
  }

  /** Forgets it. */
  void delete(RepoId repo, URI uri) {
    try {
      Files.deleteIfExists(file(repo, uri));
    } catch (IOException e) {
      LOG.debug("{}: not deleted", file(repo, uri), e);
    }
  }

  private static Optional<Kept> parse(byte[] bytes, URI uri) {
    int end = 0;
    for (int line = 0; line < HEAD_LINES; line++) {
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      end++;
    }
    if (end > bytes.length) {
      return Optional.empty();
    }
    String[] head = new String(bytes, 0, end, StandardCharsets.UTF_8).split("\n", -1);
    if (!head[0].equals(MAGIC) || !head[1].equals(uri.toString())) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Kept(
              Instant.parse(head[2]),
              head[3].equals("inside"),
              ByteBuffer.wrap(bytes, end, bytes.length - end)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private Path file(RepoId repo, URI uri) {
    MessageDigest digest = ChecksumType.SHA256.newDigest();
    byte[] name = digest.digest(uri.toString().getBytes(StandardCharsets.UTF_8));
    String hex = java.util.HexFormat.of().formatHex(name, 0, 12);
    // The id first, so that a person finds it; it is a file name, but may be long.
    String id = repo.value().substring(0, Math.min(100, repo.value().length()));
    return folder.resolve(id + "-" + hex + ".list");
  }
}
