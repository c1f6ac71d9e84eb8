package org.instantmirror.usage;

import org.jspecify.annotations.Nullable;

/** Something that is to be fetched before a client asks, as an administrator names it. */
public sealed interface WarmWish {

  /**
   * The newest version of each package of that name.
   *
   * @param pattern with {@code *}, {@code ?} and {@code [...]} as in a shell, alone or followed by
   *     a dot and an architecture
   */
  record Name(String pattern) implements WarmWish {}

  /**
   * The packages of a group, or of an environment's groups.
   *
   * @param optional whether nobody misses it
   */
  record Group(String id, boolean optional) implements WarmWish {}

  /**
   * One version of a package.
   *
   * @param epoch null for any
   * @param release may have a pattern
   * @param arch may have a pattern
   */
  record Build(String name, @Nullable Long epoch, String version, String release, String arch)
      implements WarmWish {}

  /**
   * Not these, whatever else is wished; they come if another package needs them.
   *
   * @param pattern as that of {@link Name}; of a group with an at sign in front
   */
  record Without(String pattern) implements WarmWish {}
}
