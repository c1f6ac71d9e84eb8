package org.instantmirror.usage;

/**
 * How learning is going.
 *
 * @param clients that report
 * @param packages that are known
 * @param folders repositories that are known
 * @param reportsTaken since the start
 * @param reportsRefused since the start, for whatever reason
 * @param reportsLost taken, and then not written
 * @param reportsWaiting taken, and not yet written
 * @param requestsLearnt since the start
 * @param requestsLost since the start: too many at once
 * @param fileBytes of the database
 */
public record UsageStanding(
    int clients,
    int packages,
    int folders,
    long reportsTaken,
    long reportsRefused,
    long reportsLost,
    int reportsWaiting,
    long requestsLearnt,
    long requestsLost,
    long fileBytes) {}
