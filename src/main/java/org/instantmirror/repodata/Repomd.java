package org.instantmirror.repodata;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A {@code repomd.xml}: the files that make one generation of a repository's metadata.
 *
 * @param revision what the repository's maker numbers or dates its generations with; null if it
 *     doesn't
 * @param parts in the order of the file
 */
public record Repomd(@Nullable String revision, List<RepomdPart> parts) {

  /** Copies the list. */
  public Repomd {
    parts = List.copyOf(parts);
  }

  /** The first part of that type. */
  public Optional<RepomdPart> part(String type) {
    return parts.stream().filter(part -> part.type().equals(type)).findFirst();
  }
}
