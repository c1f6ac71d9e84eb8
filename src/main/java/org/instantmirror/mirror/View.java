package org.instantmirror.mirror;

import java.util.Map;
import org.instantmirror.repo.Config;
import org.instantmirror.repo.PathMeaning;
import org.instantmirror.repo.RepoId;
import org.instantmirror.upstream.UpstreamPool;

/**
 * One configuration with what is made of it. A request takes one view and keeps to it. Immutable,
 * but for what the pools learn.
 *
 * @param paths what paths below {@code /mirror/} stand for
 * @param served the same with {@link RepoId#PROXY}, which no such path stands for
 * @param pools of all repositories of the configuration
 */
public record View(
    Config config,
    PathMeaning.Reader paths,
    PathMeaning.Reader served,
    Map<RepoId, UpstreamPool> pools) {}
