package org.instantmirror.upstream;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of one request to an upstream.
 *
 * @param method GET or HEAD
 * @param uri what was asked for
 * @param finalUri what answered, after redirects; null if nothing did
 * @param status of the answer; 0 if none came
 * @param fault why none came, or why its body broke; null if neither
 * @param at when it was asked
 * @param firstByte from the request to the head of the answer, or to the fault
 */
public record RememberedAnswer(
    String method,
    URI uri,
    @Nullable URI finalUri,
    int status,
    @Nullable String fault,
    Instant at,
    Duration firstByte) {}
