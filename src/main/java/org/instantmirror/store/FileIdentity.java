package org.instantmirror.store;

import java.time.Instant;

/**
 * Binds a head to one file: a file that was truncated, rewritten or replaced has another identity.
 *
 * @param size in bytes
 * @param modified the modification time, as exact as the file system has it
 * @param inode device and inode, as {@link java.nio.file.attribute.BasicFileAttributes#fileKey}
 *     prints them
 */
public record FileIdentity(long size, Instant modified, String inode) {}
