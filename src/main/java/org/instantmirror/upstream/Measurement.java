package org.instantmirror.upstream;

import java.time.Duration;

/**
 * What an answer took.
 *
 * @param firstByte from the request to the head of the answer
 * @param bytes of its body that were read
 * @param body how long reading them took
 */
public record Measurement(Duration firstByte, long bytes, Duration body) {}
