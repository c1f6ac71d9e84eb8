package org.instantmirror.mirror;

import java.util.List;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.ListStanding;
import org.instantmirror.upstream.Standing;

/**
 * How a repository is doing, for people.
 *
 * @param builtIn whether it is one of the built-in ones
 * @param upstreams its base URLs
 * @param lists the lists of mirrors in use
 * @param folders its generations, folder by folder
 */
public record RepoStanding(
    Repo repo,
    boolean builtIn,
    List<Standing> upstreams,
    List<ListStanding> lists,
    List<FolderStanding> folders) {}
