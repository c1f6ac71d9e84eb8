package org.instantmirror.mirror;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.instantmirror.download.Phase;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.ListedFile;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.RememberedAnswer;
import org.instantmirror.upstream.Standing;
import org.jspecify.annotations.Nullable;

/**
 * What a request for a path would meet.
 *
 * @param asked as it was asked for, without what may be a secret
 * @param kind {@code package}, {@code metadata} or {@code other} (passed through); {@code
 *     incomplete}, {@code unknown-repository}, {@code refused} or {@code elsewhere} if it is no
 *     path of a repository
 * @param rule why it is that
 * @param chosen what would be done
 * @param place where it lies; null if it is no path of a repository
 * @param state what is known of the file; null if it isn't one of ours
 * @param upstreams who would be asked, best first
 * @param answers what upstreams answered lately, the latest first
 */
public record Explanation(
    String asked,
    String kind,
    String rule,
    Chosen chosen,
    @Nullable Place place,
    @Nullable State state,
    List<Source> upstreams,
    List<RememberedAnswer> answers) {

  /**
   * What would be done with a request that doesn't say no-cache.
   *
   * @param action {@code serve}, {@code validate}, {@code verify}, {@code fetch}, {@code link},
   *     {@code pass-through}, {@code answer-404}, {@code redirect} or {@code refuse}
   * @param reason in a word that doesn't change
   * @param sentence for people
   */
  public record Chosen(String action, String reason, String sentence) {}

  /**
   * Where a path lies.
   *
   * @param path in the repository's tree
   * @param below the same below its base URL
   */
  public record Place(RepoId repo, String path, String below) {}

  /**
   * What is known of a file of ours.
   *
   * @param stored null if nothing is
   * @param listed what decides what it must be; null if repodata doesn't say
   * @param listings which generations list it
   * @param names under which the same content is listed as well, of this repository and others
   * @param negative what upstream was asked in vain; null if nothing is remembered
   * @param running the download that is under way; null if none is
   * @param prefetch what was decided of fetching it before a client asks, the last time; null if
   *     nothing is remembered
   */
  public record State(
      @Nullable StoredEntry stored,
      @Nullable ListedFile listed,
      List<Listing> listings,
      List<Name> names,
      @Nullable Negative negative,
      @Nullable Running running,
      PrefetchRun.@Nullable Item prefetch) {}

  /**
   * Another name of the same content.
   *
   * @param stored whether it is stored there
   */
  public record Name(RepoId repo, String path, boolean stored) {}

  /**
   * What upstream was asked in vain.
   *
   * @param kind {@code missing} or {@code check-failed}
   * @param until how long that is believed
   */
  public record Negative(String kind, Instant at, Instant until) {}

  /**
   * A download.
   *
   * @param bytes that are here
   * @param length of the whole file; -1 if it isn't known, or not yet
   * @param clients that wait for it or read it
   * @param source where it comes from; null before the first byte
   */
  public record Running(
      Phase phase, long bytes, long length, int clients, Instant began, @Nullable URI source) {}

  /** What the path stands for at one upstream. */
  public record Source(URI uri, Standing standing) {}
}
