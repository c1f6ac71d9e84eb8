package org.instantmirror.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the store's own files lie: all under {@code .instantmirror}, a name that no repository can
 * have.
 *
 * @param own the folder of all but an index that lies elsewhere
 * @param partial downloads in flight
 * @param areas what belongs to repositories and isn't part of their trees: staging
 * @param serving hard links to versions being served
 * @param index the database
 * @param lock names the process that uses the directory
 */
record Layout(
    Path cacheDir, Path own, Path partial, Path areas, Path serving, Path index, Path lock) {
  private static final String OWN = ".instantmirror";

  /** Creates what is missing. */
  static Layout create(Path cacheDir, @Nullable Path indexDir) throws StorageException {
    Path absolute = cacheDir.toAbsolutePath().normalize();
    Path own = absolute.resolve(OWN);
    Path indexFolder = indexDir == null ? own : indexDir.toAbsolutePath().normalize();
    Layout layout =
        new Layout(
            absolute,
            own,
            own.resolve("partial"),
            own.resolve("staging"),
            own.resolve("serving"),
            indexFolder.resolve("index.db"),
            own.resolve("lock"));
    for (Path folder : new Path[] {layout.partial, layout.areas, layout.serving, indexFolder}) {
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw StorageException.of("cannot create", folder, e);
      }
      if (!Files.isWritable(folder)) {
        throw new StorageException(
            StorageException.Reason.NOT_WRITABLE,
            "cannot write to '" + folder + "'; give it to the user this server runs as");
      }
    }
    return layout;
  }
}
