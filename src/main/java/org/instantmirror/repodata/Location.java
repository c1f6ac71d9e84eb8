package org.instantmirror.repodata;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.instantmirror.repo.RequestPath;
import org.jspecify.annotations.Nullable;

/**
 * Where a record says that its file lies, judged against the folder of the repository (the one that
 * holds {@code repodata/}).
 */
public sealed interface Location {

  /** The longest reference that is kept, in characters. */
  int MAX_CHARS = RequestPath.MAX_PATH_BYTES;

  /**
   * In the folder, or below it.
   *
   * @param path relative to the folder, decoded, as the path of an {@link
   *     org.instantmirror.repo.EntryKey} must be
   */
  record Within(String path) implements Location {
    /**
     * @throws IllegalArgumentException if {@code path} isn't as described
     */
    public Within {
      if (!RequestPath.isSafe(path)) {
        throw new IllegalArgumentException("not a path within a folder: '" + path + "'");
      }
    }
  }

  /**
   * On another server, outside of the folder, or nowhere: not a file of this repository's tree.
   *
   * @param reference what the record says, its base in front
   */
  record Elsewhere(String reference) implements Location {}

  /** The path within the folder; empty if it lies elsewhere. */
  default Optional<String> pathWithin() {
    return this instanceof Within within ? Optional.of(within.path()) : Optional.empty();
  }

  /**
   * Judges a reference.
   *
   * <p>The reference is a path in plain characters, not a URL: createrepo writes the names of files
   * as they are, and clients encode them (librepo pull request 188). So a percent sign is one.
   *
   * @param base {@code xml:base}, if there is one; a relative one is a folder in front
   * @param href as it stands in the record
   */
  static Location of(@Nullable String base, String href) {
    String reference =
        base == null || base.isEmpty()
            ? href
            : base.endsWith("/") ? base + href : base + "/" + href;
    if (hasScheme(reference) || reference.startsWith("/")) {
      return new Elsewhere(reference);
    }
    if (RequestPath.isSafe(reference)) {
      return new Within(reference);
    }
    String path = withoutDots(reference);
    return path != null && RequestPath.isSafe(path) ? new Within(path) : new Elsewhere(reference);
  }

  /** Without {@code .} and {@code ..} (RFC 3986 section 5.2.4); null if it leaves the folder. */
  private static @Nullable String withoutDots(String reference) {
    Deque<String> segments = new ArrayDeque<>();
    for (String segment : reference.split("/", -1)) {
      if (segment.equals("..")) {
        if (segments.pollLast() == null) {
          return null;
        }
      } else if (!segment.equals(".")) {
        segments.addLast(segment);
      }
    }
    return String.join("/", segments);
  }

  /** Whether it begins as a URL does: {@code http:/}, {@code media:/}. */
  private static boolean hasScheme(String reference) {
    int colon = reference.indexOf(":/");
    return colon > 0
        && reference
            .substring(0, colon)
            .chars()
            .allMatch(c -> (c < 0x80 && Character.isLetterOrDigit(c)) || "+.-".indexOf(c) >= 0);
  }
}
