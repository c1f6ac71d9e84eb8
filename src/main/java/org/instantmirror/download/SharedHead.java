package org.instantmirror.download;

import java.util.concurrent.CompletableFuture;

/**
 * One client's share of a HEAD request upstream.
 *
 * @param answer never fails; completing it is no business of the others'
 * @param first whether this client's request began it; others were collapsed into it
 */
public record SharedHead(CompletableFuture<HeadAnswer> answer, boolean first) {}
