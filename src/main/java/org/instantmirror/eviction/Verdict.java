package org.instantmirror.eviction;

/**
 * What was judged of a file.
 *
 * @param priority within its rank: who has least goes first
 */
public record Verdict(Rank rank, double priority, Reason reason) {}
