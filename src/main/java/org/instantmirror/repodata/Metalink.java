package org.instantmirror.repodata;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A metalink of version 3: where files are to be had, and what they must be.
 *
 * @param files in the order of the document; of a repository it is one, {@code repomd.xml}
 */
public record Metalink(List<MetalinkFile> files) {

  /** Copies the list. */
  public Metalink {
    files = List.copyOf(files);
  }

  /** The first file of that name. */
  public Optional<MetalinkFile> file(String name) {
    return files.stream().filter(file -> file.name().equals(name)).findFirst();
  }

  /**
   * A file.
   *
   * @param name without a path
   * @param current what it is
   * @param alternates what it may be as well, on servers that are behind
   * @param urls in the order of the document
   */
  public record MetalinkFile(
      String name, Version current, List<Version> alternates, List<MetalinkUrl> urls) {

    /** Copies the lists. */
    public MetalinkFile {
      alternates = List.copyOf(alternates);
      urls = List.copyOf(urls);
    }
  }

  /**
   * The bytes that a file may have.
   *
   * @param timestamp when it was made; null if unknown
   * @param size in bytes, or -1
   * @param checksums those of types that we know, perhaps none
   */
  public record Version(@Nullable Instant timestamp, long size, List<Checksum> checksums) {

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if the size is less than -1
     */
    public Version {
      if (size < Numbers.UNKNOWN) {
        throw new IllegalArgumentException("a size of " + size);
      }
      checksums = List.copyOf(checksums);
    }
  }

  /**
   * Where a file is to be had.
   *
   * @param protocol in lower case: {@code https}, {@code rsync}
   * @param location a country, as the document has it; null if none is given
   * @param preference 0 to 100, the best; 0 if none is given
   * @param url absolute, with a host
   */
  public record MetalinkUrl(String protocol, @Nullable String location, int preference, URI url) {

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if the preference isn't within these bounds
     */
    public MetalinkUrl {
      if (preference < 0 || preference > 100) {
        throw new IllegalArgumentException("a preference of " + preference);
      }
    }
  }
}
