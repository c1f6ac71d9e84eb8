package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.RequestPath;
import org.jspecify.annotations.Nullable;

/**
 * The files of a repository's tree, folder by folder, the names of each in the order of {@link
 * String#compareTo}. Holds a bounded number of names whatever the size of a folder, which is read
 * once for so many of them, and nothing open. What comes or goes meanwhile may be seen or not;
 * symbolic links to folders aren't followed. For one thread.
 */
final class TreeWalk implements Iterator<EntryKey> {

  /** So many names of a folder are held. */
  static final int BATCH = 1_000;

  private final Path root;
  private final RepoId repo;
  private final Deque<Folder> open = new ArrayDeque<>();
  private @Nullable EntryKey next;

  /**
   * @param root the repository's folder
   * @param prefix what their paths begin with
   * @param after only those behind that path; null for all
   * @throws IllegalArgumentException if {@code prefix} or {@code after} can't be of a path
   */
  TreeWalk(Path root, RepoId repo, String prefix, @Nullable String after) {
    this.root = root;
    this.repo = repo;
    int slash = prefix.lastIndexOf('/');
    String base = prefix.substring(0, slash + 1);
    if (slash == 0 || (slash > 0 && !RequestPath.isSafe(prefix.substring(0, slash)))) {
      throw new IllegalArgumentException("no path begins with '" + prefix + "'");
    }
    if (after != null && !RequestPath.isSafe(after)) {
      throw new IllegalArgumentException("'" + after + "' is no path of a file");
    }
    String rest = after == null || !after.startsWith(base) ? null : after.substring(base.length());
    if (after == null || rest != null || compare(after, prefix.substring(0, slash)) < 0) {
      open.push(new Folder(base, prefix.substring(slash + 1), rest));
    }
    advance();
  }

  /** By their segments: a folder's content comes where its name does. */
  private static int compare(String path, String other) {
    String[] mine = path.split("/", -1);
    String[] its = other.split("/", -1);
    for (int i = 0; i < Math.min(mine.length, its.length); i++) {
      int order = mine[i].compareTo(its[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(mine.length, its.length);
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public EntryKey next() {
    EntryKey key = next;
    if (key == null) {
      throw new NoSuchElementException();
    }
    advance();
    return key;
  }

  private void advance() {
    next = null;
    while (next == null && !open.isEmpty()) {
      Folder folder = open.element();
      String name = folder.next();
      if (name == null) {
        open.pop();
      } else {
        visit(folder, name);
      }
    }
  }

  private void visit(Folder folder, String name) {
    String path = folder.path + name;
    if (!RequestPath.isSafe(path)) {
      return; // no request can name it
    }
    String rest = folder.restOfCursor(name);
    Path file = root.resolve(path);
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      open.push(new Folder(path + "/", "", rest == null || rest.isEmpty() ? null : rest));
    } else if (rest == null && Files.isRegularFile(file)) {
      next = new EntryKey(repo, path);
    }
  }

  /** One folder on the way; its names come in batches. */
  private final class Folder {
    private final String path; // empty, or with a slash at its end
    private final String namePrefix;

    /** Where to begin; null for the beginning. */
    private final @Nullable String cursor;

    private final Deque<String> batch = new ArrayDeque<>();
    private @Nullable String last; // name that was given out or left out
    private boolean complete;

    Folder(String path, String namePrefix, @Nullable String cursor) {
      this.path = path;
      this.namePrefix = namePrefix;
      this.cursor = cursor;
    }

    /** What of the cursor lies below that name: null if it isn't on the way to it. */
    @Nullable String restOfCursor(String name) {
      String from = cursor;
      if (from == null) {
        return null;
      }
      if (from.equals(name)) {
        return "";
      }
      return from.startsWith(name + "/") ? from.substring(name.length() + 1) : null;
    }

    @Nullable String next() {
      if (batch.isEmpty() && !complete) {
        fill();
      }
      last = batch.poll();
      return last;
    }

    private void fill() {
      TreeSet<String> smallest = new TreeSet<>();
      complete = true;
      try (DirectoryStream<Path> names = Files.newDirectoryStream(root.resolve(path))) {
        for (Path each : names) {
          String name = String.valueOf(each.getFileName());
          if (name.startsWith(namePrefix) && isAhead(name)) {
            smallest.add(name);
            if (smallest.size() > BATCH) {
              smallest.pollLast();
              complete = false;
            }
          }
        }
      } catch (IOException | java.nio.file.DirectoryIteratorException | InvalidPathException e) {
        // Gone meanwhile, or nothing that could be read: as good as empty.
        complete = true;
      }
      batch.addAll(smallest);
    }

    private boolean isAhead(String name) {
      if (last != null) {
        return name.compareTo(last) > 0;
      }
      String from = cursor;
      return from == null || name.compareTo(from.split("/", 2)[0]) >= 0;
    }
  }
}
