package org.instantmirror.download;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.Repo;
import org.instantmirror.upstream.Urgency;
import org.jspecify.annotations.Nullable;

/**
 * How a download stands that has begun.
 *
 * @param bytes that may be read
 * @param length of the whole, -1 if that isn't known
 * @param bytesPerSecond over the last one or two seconds, if that is known
 * @param source where its bytes come from, once there are some
 * @param segments that are being fetched at once; none of a file that comes from one upstream
 */
public record DownloadStanding(
    Repo repo,
    EntryKey key,
    Phase phase,
    long bytes,
    long length,
    OptionalDouble bytesPerSecond,
    Urgency urgency,
    int clients,
    Instant began,
    @Nullable URI source,
    List<SegmentStanding> segments) {}
