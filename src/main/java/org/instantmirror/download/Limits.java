package org.instantmirror.download;

import java.time.Duration;

/**
 * Bounds of all downloads together.
 *
 * @param maxDownloads at once, over all repositories
 * @param maxAheadPerHost that no client waits for, at once from one upstream host
 * @param queueLength that may wait for a place, of those that clients wait for
 * @param queueTimeout how long one of these may wait
 * @param abandonedLimit a download without clients goes on if at most this many bytes remain
 */
public record Limits(
    int maxDownloads,
    int maxAheadPerHost,
    int queueLength,
    Duration queueTimeout,
    long abandonedLimit) {}
