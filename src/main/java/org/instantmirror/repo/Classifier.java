package org.instantmirror.repo;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells packages and metadata, which are stored, from everything else, which is passed through. An
 * immutable value.
 *
 * @param added shell patterns ({@code cache_patterns}, see {@link Glob}) that count as metadata
 *     beside the built-in ones
 * @param removed shell patterns ({@code pass_patterns}) that are passed through although a built-in
 *     rule names them; they win over {@code added}
 */
public record Classifier(List<String> added, List<String> removed) {

  /** The built-in rules alone. */
  public static final Classifier BUILT_IN = new Classifier(List.of(), List.of());

  private static final Set<String> TREE_FILES =
      Set.of(
          "media.repo",
          ".treeinfo",
          "treeinfo",
          ".discinfo",
          ".composeinfo",
          "composeinfo",
          "COMPOSE_ID",
          "extra_files.json");

  /** Folders of the installer. Their subfolders' names hold no dot, and most file names do. */
  private static final Set<String> INSTALLER_FOLDERS =
      Set.of("images", "isolinux", "EFI", "syslinux");

  private static final Set<String> KERNELS = Set.of("vmlinuz", "initrd", "linux", "memtest");

  private static final List<String> SIGNATURES = List.of(".asc", ".sig", ".key");

  /** The hexadecimal digits of SHA-1, SHA-256, SHA-384 and SHA-512. */
  private static final Set<Integer> CHECKSUM_DIGITS = Set.of(40, 64, 96, 128);

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if a pattern is malformed
   */
  public Classifier {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    added.forEach(Glob::requireValid);
    removed.forEach(Glob::requireValid);
  }

  /**
   * What a path is, and why.
   *
   * @param fileClass what it is
   * @param rule the rule that says so, in words
   */
  public record Verdict(FileClass fileClass, String rule) {

    /** What a request with a query asks for. */
    static final Verdict QUERY = other("the request has a query");

    /** A name that can't be a file's here. */
    static final Verdict UNSTORABLE = other("no file can have such a name here");

    private static final Verdict FOLDER = other("it is a folder");
    private static final Verdict PACKAGE =
        new Verdict(FileClass.PACKAGE, "its name ends in .rpm or .drpm");
    private static final Verdict REPODATA = metadata("it lies below repodata/");
    private static final Verdict MEDIA = metadata("it lies below media.1/");
    private static final Verdict TREE_FILE =
        metadata("a file that describes a tree, or a key that signs it");
    private static final Verdict IMAGE = metadata("its name ends in .iso or .img");
    private static final Verdict INSTALLER =
        metadata("it looks like a file in a folder of the installer");
    private static final Verdict UNKNOWN = other("neither a package nor metadata");

    private static Verdict other(String rule) {
      return new Verdict(FileClass.OTHER, rule);
    }

    private static Verdict metadata(String rule) {
      return new Verdict(FileClass.METADATA, rule);
    }
  }

  /** The class of a decoded path below the base URL, as {@link #judge} says. */
  public FileClass classify(String path) {
    return judge(path).fileClass();
  }

  /**
   * Judges a decoded path below the base URL. A folder (an empty path, or one that ends with a
   * slash) is {@link FileClass#OTHER}.
   */
  public Verdict judge(String path) {
    if (path.isEmpty() || path.endsWith("/")) {
      return Verdict.FOLDER;
    }
    Optional<String> pattern = matching(removed, path);
    if (pattern.isPresent()) {
      return Verdict.other("pass_patterns: " + pattern.get());
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (name.endsWith(".rpm") || name.endsWith(".drpm")) {
      return Verdict.PACKAGE;
    }
    return metadata(path, name)
        .or(() -> matching(added, path).map(added -> Verdict.metadata("cache_patterns: " + added)))
        .orElse(Verdict.UNKNOWN);
  }

  /**
   * Whether the file's name holds a checksum of its content ({@code
   * repodata/<sha256>-primary.xml.gz}), so that it can't change under that name. A detached
   * signature of such a file doesn't: the checksum in its name is another file's.
   */
  public static boolean namesItsChecksum(String path) {
    int begin = path.lastIndexOf('/') + 1;
    String folder = path.substring(0, begin);
    if (!folder.equals("repodata/") && !folder.endsWith("/repodata/")) {
      return false;
    }
    int dash = path.indexOf('-', begin);
    return dash > 0
        && dash + 1 < path.length()
        && CHECKSUM_DIGITS.contains(dash - begin)
        && path.substring(begin, dash).chars().allMatch(Classifier::isHexDigit)
        && SIGNATURES.stream().noneMatch(path::endsWith);
  }

  private static boolean isHexDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }

  private static Optional<String> matching(List<String> patterns, String path) {
    return patterns.isEmpty()
        ? Optional.empty()
        : patterns.stream().filter(p -> Glob.matches(p, path)).findFirst();
  }

  private static Optional<Verdict> metadata(String path, String name) {
    if (isBelow(path, "repodata")) {
      return Optional.of(Verdict.REPODATA);
    }
    if (isBelow(path, "media.1")) {
      return Optional.of(Verdict.MEDIA);
    }
    if (isTreeFile(unsigned(name))) {
      return Optional.of(Verdict.TREE_FILE);
    }
    if (isImage(name)) {
      return Optional.of(Verdict.IMAGE);
    }
    return INSTALLER_FOLDERS.stream().anyMatch(f -> isBelow(path, f)) && looksLikeFile(name)
        ? Optional.of(Verdict.INSTALLER)
        : Optional.empty();
  }

  /** At any depth: a base URL may lie above several repositories. */
  private static boolean isBelow(String path, String folder) {
    int at = path.indexOf(folder);
    while (at >= 0) {
      int end = at + folder.length();
      if ((at == 0 || path.charAt(at - 1) == '/') && path.startsWith("/", end)) {
        return true;
      }
      at = path.indexOf(folder, at + 1);
    }
    return false;
  }

  private static boolean isTreeFile(String name) {
    return TREE_FILES.contains(name)
        || name.startsWith("RPM-GPG-KEY")
        || name.startsWith("gpg-pubkey-");
  }

  private static boolean isImage(String name) {
    return name.endsWith(".iso") || name.endsWith(".img");
  }

  /**
   * A folder that is asked for without its slash ({@code images/pxeboot}) is answered with a
   * redirect to its listing, which must never be stored where the folder belongs.
   */
  private static boolean looksLikeFile(String name) {
    return name.indexOf('.', 1) > 0 || KERNELS.contains(name);
  }

  private static String unsigned(String name) {
    for (String suffix : SIGNATURES) {
      if (name.endsWith(suffix)) {
        return name.substring(0, name.length() - suffix.length());
      }
    }
    return name;
  }
}
