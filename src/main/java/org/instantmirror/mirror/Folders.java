package org.instantmirror.mirror;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;

/** Which repository's metadata a path belongs to, by its look. */
final class Folders {

  private static final String REPODATA = "repodata/";
  private static final String REPOMD = "repomd.xml";
  private static final String SIGNATURE = "repomd.xml.asc";

  /** What goes with a {@code repomd.xml}. */
  private static final List<String> SIGNED_WITH = List.of(SIGNATURE, "repomd.xml.key");

  private static final String INCOMING = "incoming";
  private static final String ELSEWHERE = "elsewhere";
  private static final String STAGING = "staging";
  private static final String EARLIER = "generation";

  private Folders() {}

  /** The repository that a file directly under {@code repodata/} belongs to; empty for others. */
  static Optional<RepositoryFolder> ofRepodata(EntryKey key) {
    String path = key.path();
    int end = path.lastIndexOf('/') + 1 - REPODATA.length();
    if (end < 0 || !path.startsWith(REPODATA, end)) {
      return Optional.empty();
    }
    RepoId repo = key.repo().configured();
    if (end == 0) {
      return Optional.of(new RepositoryFolder(repo, ""));
    }
    return path.charAt(end - 1) == '/'
        ? Optional.of(new RepositoryFolder(repo, path.substring(0, end - 1)))
        : Optional.empty();
  }

  /** The repository that a {@code repomd.xml}, its signature or key belongs to. */
  static Optional<RepositoryFolder> ofTop(EntryKey key) {
    return isTop(key) ? ofRepodata(key) : Optional.empty();
  }

  /** Whether it is named as a {@code repomd.xml}, its signature or key. */
  static boolean isTop(EntryKey key) {
    return key.fileName().equals(REPOMD) || SIGNED_WITH.contains(key.fileName());
  }

  /** The others beside one of those; none for other files. */
  static List<EntryKey> companions(EntryKey top) {
    return isTop(top)
        ? Stream.concat(Stream.of(REPOMD), SIGNED_WITH.stream())
            .filter(name -> !name.equals(top.fileName()))
            .map(top::sibling)
            .toList()
        : List.of();
  }

  static boolean isRepomd(EntryKey key) {
    return key.fileName().equals(REPOMD);
  }

  /** Whether it is what must have changed when {@code repomd.xml} has. */
  static boolean isSignature(EntryKey key) {
    return key.fileName().equals(SIGNATURE);
  }

  /** The repository's {@code repomd.xml}. */
  static EntryKey repomd(RepositoryFolder folder) {
    String above = folder.path().isEmpty() ? "" : folder.path() + "/";
    return new EntryKey(folder.repo(), above + REPODATA + REPOMD);
  }

  /** Its signature. */
  static EntryKey signature(RepositoryFolder folder) {
    return repomd(folder).sibling(SIGNATURE);
  }

  /** Its signature and key. */
  static List<EntryKey> signedWith(RepositoryFolder folder) {
    EntryKey repomd = repomd(folder);
    return SIGNED_WITH.stream().map(repomd::sibling).toList();
  }

  /** What stands for the repository, {@code repomd.xml} last. */
  static List<EntryKey> tops(RepositoryFolder folder) {
    List<EntryKey> tops = new ArrayList<>(signedWith(folder));
    tops.add(repomd(folder));
    return tops;
  }

  /** Where a {@code repomd.xml} that a check has brought lies until its assembly begins. */
  static EntryKey incoming(EntryKey key) {
    return key.in(key.repo().area(INCOMING));
  }

  /**
   * The same of one that comes from another upstream than the first choice. Apart, so that who asks
   * for the first one's doesn't join a check that leaves that one out.
   */
  static EntryKey elsewhere(EntryKey key) {
    return key.in(key.repo().area(ELSEWHERE));
  }

  static boolean isIncoming(EntryKey key) {
    return key.repo().isArea() && (key.equals(incoming(key)) || isElsewhere(key));
  }

  static boolean isElsewhere(EntryKey key) {
    return key.repo().isArea() && key.equals(elsewhere(key));
  }

  /** Where the file lies until its generation goes live. */
  static EntryKey staged(EntryKey key) {
    return key.in(key.repo().area(STAGING));
  }

  /** Where it lies when another generation has gone live. */
  static EntryKey earlier(EntryKey key, long number) {
    return key.in(key.repo().area(EARLIER + number));
  }

  /** Where it lies when it is live. */
  static EntryKey live(EntryKey key) {
    return key.in(key.repo().configured());
  }
}
