package org.instantmirror.repo;

import java.util.List;

/**
 * Tells packages and metadata, which are stored, from everything else, which is passed through.
 *
 * @param added shell patterns ({@code cache_patterns}) that count as metadata beside the built-in
 *     ones
 * @param removed shell patterns ({@code pass_patterns}) that are passed through although a built-in
 *     rule names them; they win over {@code added}
 */
public record Classifier(List<String> added, List<String> removed) {

  /** The class of a decoded path below the base URL. */
  public FileClass classify(String path) {
    throw new UnsupportedOperationException(path);
  }

  /**
   * Whether the file's name holds a checksum of its content ({@code
   * repodata/<sha256>-primary.xml.gz}), so that it can't change under that name.
   */
  public static boolean namesItsChecksum(String path) {
    throw new UnsupportedOperationException(path);
  }
}
