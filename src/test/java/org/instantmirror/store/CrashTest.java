package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.store.StoreFixture.HEAD;
import static org.instantmirror.store.StoreFixture.KEY;
import static org.instantmirror.store.StoreFixture.NOW;
import static org.instantmirror.store.StoreFixture.SOURCE;
import static org.instantmirror.store.StoreFixture.bytes;
import static org.instantmirror.store.StoreFixture.partialFolder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.store.StoredEntry.Origin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process before (and in the middle of) each step that a download takes on the disk, and
 * looks at what the next one finds.
 */
class CrashTest {
  private static final String OLD = "the old version";
  private static final String NEW = "the new version, which is longer";
  private static final Head NEW_HEAD =
      new Head(new EntityTag("v2", false), NOW.minusSeconds(60), NOW, "application/x-rpm");
  private static final int KILLED = 137;
  private static final int MOST_STEPS = 40;

  @Test
  void whereverADownloadIsKilledTheNextProcessFindsAWholeFileWithItsHead(@TempDir Path folder)
      throws Exception {
    int step = 0;
    int exitCode;
    boolean oldSeen = false;
    boolean newSeen = false;
    boolean resumedSeen = false;
    do {
      step++;
      Path cache = Files.createDirectory(folder.resolve("step" + step));
      try (Store store = Store.open(StoreFixture.settings(cache))) {
        StoreFixture.store(store, KEY, OLD);
      }
      ChildJvm.Result child =
          ChildJvm.run(Map.of(), Download.class, cache.toString(), Integer.toString(step));
      exitCode = child.exitCode();
      assertThat(exitCode).as(child.output()).isIn(0, KILLED);
      try (Store store = Store.open(StoreFixture.settings(cache))) {
        boolean isNew = assertWhole(store, step);
        newSeen |= isNew;
        oldSeen |= !isNew;
        resumedSeen |= resumeAndCommit(store, step);
        assertThat(StoreFixture.files(partialFolder(cache))).as("step %d", step).isEmpty();
      }
    } while (exitCode == KILLED && step < MOST_STEPS);
    assertThat(exitCode).isZero();
    assertThat(oldSeen).isTrue();
    assertThat(newSeen).isTrue();
    assertThat(resumedSeen).isTrue();
  }

  private static boolean assertWhole(Store store, int step) throws IOException {
    StoredEntry entry = store.find(KEY, NOW).orElseThrow();
    String text = Files.readString(store.pathOf(KEY));
    assertThat(text).as("step %d", step).isIn(OLD, NEW);
    assertThat(entry.origin()).as("step %d: %s", step, text).isEqualTo(Origin.FETCHED);
    assertThat(entry.head()).as("step %d", step).isEqualTo(text.equals(NEW) ? NEW_HEAD : HEAD);
    return text.equals(NEW);
  }

  private static boolean resumeAndCommit(Store store, int step) throws IOException {
    Optional<PartialEntry> resumed = store.resume(KEY);
    if (resumed.isPresent()) {
      PartialEntry partial = resumed.get();
      assertThat(partial.head()).isEqualTo(NEW_HEAD);
      assertThat(partial.written().end()).as("step %d", step).isLessThan(NEW.length());
      while (partial.size() < NEW.length()) {
        // What lies ahead isn't written again: if it were wrong, so would be the file.
        partial.append(bytes(NEW.substring((int) partial.size())));
      }
      partial.commit(NOW, null);
      assertThat(store.pathOf(KEY)).as("step %d", step).hasContent(NEW);
    }
    return resumed.isPresent();
  }

  @Test
  void whereverAFileIsGivenAnotherNameAndKilledEachNameIsWholeOrNotThere(@TempDir Path folder)
      throws Exception {
    for (String modified : new String[] {StoreFixture.MODIFIED.toString(), NOW.toString()}) {
      int step = 0;
      int exitCode;
      boolean absentSeen = false;
      do {
        step++;
        Path cache = Files.createDirectory(folder.resolve(modified.charAt(3) + "step" + step));
        try (Store store = Store.open(StoreFixture.settings(cache))) {
          StoreFixture.store(store, KEY, OLD);
        }
        ChildJvm.Result child =
            ChildJvm.run(
                Map.of(), Sharing.class, cache.toString(), Integer.toString(step), modified);
        exitCode = child.exitCode();
        assertThat(exitCode).as(child.output()).isIn(0, KILLED);
        try (Store store = Store.open(StoreFixture.settings(cache))) {
          StoredEntry source = store.find(KEY, NOW).orElseThrow();
          assertThat(source.origin()).isEqualTo(Origin.FETCHED);
          assertThat(source.head()).isEqualTo(HEAD);
          assertThat(store.pathOf(KEY)).as("step %d", step).hasContent(OLD);
          Optional<StoredEntry> target = store.find(Sharing.TARGET, NOW);
          absentSeen |= target.isEmpty();
          if (target.isPresent()) {
            assertThat(target.get().origin()).as("step %d", step).isEqualTo(Origin.FETCHED);
            assertThat(store.pathOf(Sharing.TARGET)).hasContent(OLD);
          }
          assertThat(store.resume(Sharing.TARGET)).as("step %d", step).isEmpty();
          assertThat(StoreFixture.files(partialFolder(cache))).as("step %d", step).isEmpty();
        }
      } while (exitCode == KILLED && step < MOST_STEPS);
      assertThat(exitCode).isZero();
      assertThat(absentSeen).isTrue();
    }
  }

  /** The process that is killed while it gives a file another name. */
  static final class Sharing {
    static final EntryKey TARGET = StoreFixture.key("another/name.rpm");

    public static void main(String[] args) throws IOException {
      DeadlyDisk disk = new DeadlyDisk(Integer.parseInt(args[1]));
      DirectoryStore store =
          DirectoryStore.open(StoreFixture.settings(Path.of(args[0])), disk, System::nanoTime);
      StoredEntry source = store.find(KEY, NOW).orElseThrow();
      Head head = new Head(null, Instant.parse(args[2]), NOW, null);
      Runtime.getRuntime().halt(store.share(source, TARGET, head, NOW).isPresent() ? 0 : 1);
    }
  }

  /** The process that is killed. */
  static final class Download {
    public static void main(String[] args) throws IOException {
      Path cache = Path.of(args[0]);
      DeadlyDisk disk = new DeadlyDisk(Integer.parseInt(args[1]));
      DirectoryStore store =
          DirectoryStore.open(StoreFixture.settings(cache), disk, System::nanoTime);
      PartialEntry partial = store.begin(KEY, NEW_HEAD, NEW.length(), SOURCE);
      partial.append(bytes(NEW.substring(0, 10)));
      store.checkpoint();
      store.checkpoint();
      partial.write(bytes(NEW.substring(20, 25)), 20);
      store.checkpoint();
      store.checkpoint();
      partial.append(bytes(NEW.substring(10)));
      partial.append(bytes(NEW.substring(25)));
      partial.commit(NOW, null);
      Runtime.getRuntime().halt(0);
    }
  }

  /** Kills the process at one step. */
  private static final class DeadlyDisk extends Disk {
    private final int last;
    private int steps;

    DeadlyDisk(int last) {
      this.last = last;
    }

    private synchronized boolean isLast() {
      return ++steps == last;
    }

    private void step() {
      if (isLast()) {
        Runtime.getRuntime().halt(KILLED);
      }
    }

    @Override
    FileChannel create(Path file) throws IOException {
      step();
      return super.create(file);
    }

    @Override
    int write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
      if (isLast()) {
        bytes.limit(bytes.position() + bytes.remaining() / 2);
        super.write(channel, bytes, position);
        Runtime.getRuntime().halt(KILLED);
      }
      return super.write(channel, bytes, position);
    }

    @Override
    void force(FileChannel channel) throws IOException {
      step();
      super.force(channel);
    }

    @Override
    void setModified(Path file, Instant modified) throws IOException {
      step();
      super.setModified(file, modified);
    }

    @Override
    void link(Path file, Path name) throws IOException {
      step();
      super.link(file, name);
    }

    @Override
    void copy(Path file, Path to) throws IOException {
      if (isLast()) {
        Files.writeString(to, OLD.substring(0, 4));
        Runtime.getRuntime().halt(KILLED);
      }
      super.copy(file, to);
    }

    @Override
    void rename(Path from, Path to) throws IOException {
      step();
      super.rename(from, to);
    }

    @Override
    void forceFolder(Path folder) throws IOException {
      step();
      super.forceFolder(folder);
    }

    @Override
    void writeFile(Path file, byte[] content, boolean durable) throws IOException {
      if (isLast()) {
        super.writeFile(file, Arrays.copyOf(content, content.length / 2), durable);
        Runtime.getRuntime().halt(KILLED);
      }
      super.writeFile(file, content, durable);
    }

    @Override
    void delete(Path file) throws IOException {
      step();
      super.delete(file);
    }
  }
}
