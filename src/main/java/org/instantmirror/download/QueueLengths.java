package org.instantmirror.download;

/**
 * How many wait for a place.
 *
 * @param interactive clients' downloads, and what else somebody waits for
 * @param ahead others
 */
public record QueueLengths(int interactive, int ahead) {}
