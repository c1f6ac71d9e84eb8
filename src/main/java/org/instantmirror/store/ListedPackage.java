package org.instantmirror.store;

import java.time.Instant;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.RepositoryFolder;
import org.jspecify.annotations.Nullable;

/**
 * What one generation of a repository says of one file.
 *
 * @param folder the repository
 * @param generation its generation
 * @param checksum of the file; null if none is known
 * @param size in bytes, or -1
 * @param fileTime when the file was last modified where the repository was made; null if unknown.
 *     Where generations agree in checksum and size, it is what the one indexed last says
 */
public record ListedPackage(
    RepositoryFolder folder,
    long generation,
    String name,
    Evr evr,
    String arch,
    @Nullable Checksum checksum,
    long size,
    @Nullable Instant fileTime) {}
