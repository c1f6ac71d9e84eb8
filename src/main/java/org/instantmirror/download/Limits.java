package org.instantmirror.download;

import java.time.Duration;

/**
 * Bounds of all downloads together.
 *
 * @param maxDownloads at once, over all repositories
 * @param queueLength that may wait for a place
 * @param queueTimeout how long one may wait
 * @param abandonedLimit a download without clients goes on if at most this many bytes remain
 */
public record Limits(
    int maxDownloads, int queueLength, Duration queueTimeout, long abandonedLimit) {}
