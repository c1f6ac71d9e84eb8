package org.instantmirror.mirror;

import org.instantmirror.download.Order;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;

/**
 * A client's request for a file that is ours.
 *
 * @param repo its repository
 * @param key its name
 * @param fileClass package or metadata
 * @param noCache whether the client forces a check
 * @param head whether only the head is wanted
 * @param client its address, as the container tells it
 */
public record MirrorRequest(
    Repo repo, EntryKey key, FileClass fileClass, boolean noCache, boolean head, String client) {

  Order order() {
    return new Order(repo, key, fileClass, noCache, null);
  }
}
