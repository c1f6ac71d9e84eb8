package org.instantmirror.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.PrimaryReader;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.PackageIndex;
import org.instantmirror.store.PackageIndexing;
import org.instantmirror.store.Store;
import org.instantmirror.store.Store.StoreSettings;

/**
 * Indexes primary files as generations of one repository, in a cache directory of its own. For each
 * it prints a line: seconds from opening the file to when its packages are seen; seconds of
 * processor time that the process used for it; megabytes of heap used at the peak, beyond what was
 * used before; the longest time in milliseconds that another writer of the index waited meanwhile;
 * megabytes of the index when it is done.
 */
public final class IndexPrimary {
  private static final RepositoryFolder FOLDER =
      new RepositoryFolder(new RepoId("fedora"), "releases/43/Everything/x86_64/os");

  private static final long BETWEEN_WRITES_MILLIS = 20;

  private IndexPrimary() {}

  /** {@code args[0]} is the cache directory, the others are the files. */
  public static void main(String[] args) throws Exception {
    Path cache = Path.of(args[0]);
    StoreSettings settings =
        new StoreSettings(cache, null, new FreeSpaceLimit(0, 0), 1000, Clock.systemUTC());
    try (Store store = Store.open(settings)) {
      List<String> files = List.of(args).subList(1, args.length);
      for (int generation = 1; generation <= files.size(); generation++) {
        System.out.println(index(store.packages(), cache, files.get(generation - 1), generation));
      }
    }
  }

  private static String index(PackageIndex packages, Path cache, String file, int generation)
      throws IOException, InterruptedException {
    long before = usedAfterCollection();
    OtherWriter other = new OtherWriter(packages);
    Thread thread = new Thread(other, "other-writer");
    thread.start();
    long cpuBefore = cpuNanos();
    long begin = System.nanoTime();
    try (InputStream in = Files.newInputStream(Path.of(file));
        PackageIndexing indexing = packages.begin(FOLDER, generation)) {
      PrimaryReader.read(in, file, ReadLimits.DISTRIBUTION, indexing);
      indexing.complete(new byte[0], Instant.EPOCH, false);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    double cpuSeconds = (cpuNanos() - cpuBefore) / 1e9;
    other.stopped = true;
    thread.join();
    if (other.failure != null) {
      throw other.failure;
    }
    long index = 0;
    for (String suffix : List.of("", "-wal")) {
      index += Files.size(cache.resolve(".instantmirror/index.db" + suffix));
    }
    return String.format(
        Locale.ROOT,
        "%.2f %.2f %.1f %.1f %.1f",
        seconds,
        cpuSeconds,
        (peak() - before) / 1e6,
        other.longestNanos / 1e6,
        index / 1e6);
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static Iterable<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
        ::iterator;
  }

  private static long usedAfterCollection() {
    System.gc();
    long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
    return used;
  }

  /** The sum of what each pool had at its own peak: rather too much than too little. */
  private static long peak() {
    long sum = 0;
    for (MemoryPoolMXBean pool : heapPools()) {
      sum += pool.getPeakUsage().getUsed();
    }
    return sum;
  }

  /** Changes the index now and then, durably, as the end of a download does. */
  private static final class OtherWriter implements Runnable {
    private final PackageIndex packages;

    /** Set by the measuring thread. */
    private volatile boolean stopped;

    /** Written by the writer's thread, read when that has ended. */
    private long longestNanos;

    /** Written by the writer's thread, read when that has ended. */
    private IOException failure;

    OtherWriter(PackageIndex packages) {
      this.packages = packages;
    }

    @Override
    public void run() {
      RepositoryFolder another = new RepositoryFolder(new RepoId("another"), "");
      try {
        while (!stopped) {
          long begin = System.nanoTime();
          try (PackageIndexing empty = packages.begin(another, 1)) {
            longestNanos = Math.max(longestNanos, System.nanoTime() - begin);
          }
          TimeUnit.MILLISECONDS.sleep(BETWEEN_WRITES_MILLIS);
        }
      } catch (IOException e) {
        failure = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
