package org.instantmirror.repo;

/**
 * What {@code [main]} says of how much is stored.
 *
 * @param cacheSize {@code cache_size}: of the whole cache; a share is one of the disk
 */
public record QuotaSettings(CacheLimit cacheSize) {}
