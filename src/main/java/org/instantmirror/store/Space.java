package org.instantmirror.store;

/**
 * How full the disk is, in bytes.
 *
 * @param total of the disk
 * @param usable what we may still write
 * @param reserve what {@code min_free} keeps of that
 * @param promised what running downloads are still to write
 * @param partial what downloads have written so far, those that wait to be resumed included
 */
public record Space(long total, long usable, long reserve, long promised, long partial) {}
