package org.instantmirror.bench;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.PackageNeeds;
import org.instantmirror.repodata.PrimaryReader;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.repodata.Sink;
import org.instantmirror.usage.PackageCatalog;
import org.instantmirror.usage.PackageClosure;
import org.instantmirror.usage.WarmList;

/**
 * Resolves a list against a primary file as {@code warm} does, and prints a line: seconds for both
 * passes over the file; seconds for choosing; megabytes of heap that the catalog holds, garbage
 * collected; how many packages there are, and how many were chosen.
 */
public final class WarmCatalog {
  private static final RepositoryFolder FOLDER = new RepositoryFolder(new RepoId("fedora"), "43");

  private WarmCatalog() {}

  /** {@code args[0]} is the file, {@code args[1]} a pattern of names. */
  public static void main(String[] args) throws IOException {
    long before = used();
    long begin = System.nanoTime();
    PackageCatalog catalog = new PackageCatalog();
    read(
        args[0],
        found ->
            FOLDER
                .entry(found.entry().location())
                .ifPresent(key -> catalog.add(key, found, true)));
    read(args[0], catalog::addProviders);
    long read = System.nanoTime();
    PackageClosure.Result result =
        new PackageClosure(catalog, List.of()).of(WarmList.read(WarmList.Kind.NAMES, args[1]));
    long end = System.nanoTime();
    long heap = used() - before;
    System.out.printf(
        Locale.ROOT,
        "%.2f %.2f %.1f %d %d%n",
        (read - begin) / 1e9,
        (end - read) / 1e9,
        heap / 1e6,
        catalog.size(),
        result.packages().size());
  }

  private static void read(String file, Sink<PackageNeeds> sink) throws IOException {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      PrimaryReader.readNeeds(in, file, ReadLimits.DISTRIBUTION, sink);
    }
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
