package org.instantmirror.download;

/**
 * What wasn't fetched, since the same bytes were here, or on their way, under another name.
 *
 * @param files how many, since the start
 * @param bytes of these
 * @param copiedBytes those of them that had to be copied, as they couldn't be linked
 */
public record SharedContent(long files, long bytes, long copiedBytes) {}
