package org.instantmirror.mirror;

import java.time.Instant;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.repodata.RepositoryFolder;

/**
 * What one generation says of a file.
 *
 * @param live whether it is the live one of its folder, and not only kept
 * @param since when it went live
 */
public record Listing(
    RepositoryFolder folder, long generation, boolean live, Instant since, ListedFile file) {}
