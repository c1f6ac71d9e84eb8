package org.instantmirror.web;

import jakarta.servlet.ServletRequest;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.Repo;
import org.jspecify.annotations.Nullable;

/**
 * Where a request below {@code /mirror/} leads, once its path has been judged; carried along as a
 * request attribute.
 *
 * @param repo the repository
 * @param path decoded, relative; may be empty or end with a slash
 * @param fileClass what the path names; {@link FileClass#OTHER} is passed through
 * @param key null for {@link FileClass#OTHER}
 */
record Route(Repo repo, String path, FileClass fileClass, @Nullable EntryKey key) {

  private static final String ATTRIBUTE = Route.class.getName();

  static Route of(PathMeaning.Entry entry) {
    return new Route(entry.repo(), entry.path(), entry.fileClass(), entry.key());
  }

  void attach(ServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  static Route of(ServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof Route route) {
      return route;
    }
    throw new IllegalStateException("a request reached the mirror without having been judged");
  }
}
