package org.instantmirror.repo;

import java.util.List;

/**
 * Whether a repository's {@code repomd.xml} must be signed before it is believed, yum's {@code
 * repo_gpgcheck}.
 *
 * @param required whether it must
 * @param keys where the keys are that may sign it, yum's {@code gpgkey}; may be empty although a
 *     signature is required, if none of those named can be used: then nothing is believed
 */
public record SignaturePolicy(boolean required, List<KeyUrl> keys) {

  /** Anything is believed. */
  public static final SignaturePolicy NONE = new SignaturePolicy(false, List.of());

  /** Copies the list. */
  public SignaturePolicy {
    keys = List.copyOf(keys);
  }
}
