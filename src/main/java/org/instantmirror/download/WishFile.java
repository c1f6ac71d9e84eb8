package org.instantmirror.download;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ListedFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where {@link Wishes} are kept over a restart: a file that is replaced as a whole. What can't be
 * read is as good as nothing: it is fetched when somebody asks for it.
 *
 * <pre>
 * file  = "instantmirror-ahead 1" LF *wish
 * wish  = saving TAB class TAB ( checksum TAB size / "-" TAB "-" ) TAB repo TAB path LF
 * </pre>
 */
final class WishFile {

  private static final Logger LOG = LoggerFactory.getLogger("org.instantmirror.download");
  private static final String MAGIC = "instantmirror-ahead 1";
  private static final int FIELDS = 6;

  private final Path file;

  WishFile(Path file) {
    this.file = file;
  }

  /** Replaces it; a disk that takes nothing is reported by the store itself. */
  void write(List<Wishes.Kept> wishes) {
    Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (BufferedWriter out = Files.newBufferedWriter(draft)) {
        out.write(MAGIC + "\n");
        for (Wishes.Kept wish : wishes) {
          out.write(line(wish));
        }
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.debug("{}: not written", file, e);
    }
  }

  private static String line(Wishes.Kept wish) {
    Order order = wish.order();
    ListedFile listed = order.listed();
    String path = order.key().path();
    if (path.indexOf('\n') >= 0 || path.indexOf('\r') >= 0) {
      return "";
    }
    return String.join(
            "\t",
            Double.toString(wish.saving()),
            order.fileClass().name(),
            listed == null ? "-" : listed.checksum().toString(),
            listed == null ? "-" : Long.toString(listed.size()),
            order.key().repo().value(),
            path)
        + "\n";
  }

  /**
   * What it holds; what is of a repository that isn't configured any more is left out.
   *
   * @param repos those that are
   * @param most so many of them
   */
  List<Wishes.Kept> read(Function<RepoId, Optional<Repo>> repos, int most) {
    List<Wishes.Kept> wishes = new ArrayList<>();
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      List<String> text = lines.limit(most + 1L).toList();
      if (!text.isEmpty() && text.get(0).equals(MAGIC)) {
        text.stream().skip(1).flatMap(line -> wish(line, repos).stream()).forEach(wishes::add);
      }
    } catch (NoSuchFileException e) {
      // Nothing was wished for.
    } catch (UncheckedIOException e) {
      LOG.warn("{}: damaged; what was to be fetched ahead isn't", file);
    } catch (IOException e) {
      LOG.warn("{}: can't be read ({}); what was to be fetched ahead isn't", file, e.toString());
    }
    return wishes;
  }

  private static Optional<Wishes.Kept> wish(String line, Function<RepoId, Optional<Repo>> repos) {
    String[] fields = line.split("\t", FIELDS);
    if (fields.length < FIELDS) {
      return Optional.empty();
    }
    try {
      double saving = Double.parseDouble(fields[0]);
      FileClass fileClass = FileClass.valueOf(fields[1]);
      ListedFile listed = listed(fields[2], fields[3]);
      RepoId id = new RepoId(fields[4]);
      EntryKey key = new EntryKey(id, fields[5]);
      return repos
          .apply(id)
          .filter(repo -> repo.pathBelowBase(key.path()).isPresent())
          .map(repo -> new Wishes.Kept(new Order(repo, key, fileClass, false, listed), saving));
    } catch (IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  private static @Nullable ListedFile listed(String checksum, String size) {
    return checksum.equals("-")
        ? null
        : new ListedFile(
            Checksum.parse(checksum)
                .orElseThrow(() -> new IllegalArgumentException("no checksum: " + checksum)),
            Long.parseLong(size));
  }
}
