package org.instantmirror.download;

import java.net.URI;
import java.util.OptionalDouble;

/**
 * How a segment stands that is being fetched.
 *
 * @param source where its bytes come from
 * @param first where it begins in the file
 * @param next the byte to fetch next
 * @param last where it is to end
 * @param bytesPerSecond over the last one or two seconds, if that is known
 */
public record SegmentStanding(
    URI source, long first, long next, long last, OptionalDouble bytesPerSecond) {}
