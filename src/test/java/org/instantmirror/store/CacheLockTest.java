package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.instantmirror.store.StorageException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process, and within it one store, for a cache directory. */
class CacheLockTest {
  @Test
  void secondStoreOfTheSameProcessIsRefusedAndLeavesTheFirstItsLock(@TempDir Path cache)
      throws Exception {
    Path link = cache.resolveSibling(cache.getFileName() + "-link");
    Files.createSymbolicLink(link, cache);
    try (Store store = Store.open(StoreFixture.settings(cache))) {
      for (Path name : new Path[] {cache, link}) {
        assertThatThrownBy(() -> Store.open(StoreFixture.settings(name)))
            .isInstanceOfSatisfying(
                StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE))
            .hasMessageContaining(name.toString());
      }
      assertThat(ChildJvm.run(Map.of(), Opener.class, cache.toString()).output())
          .contains("refused")
          .contains("process " + ProcessHandle.current().pid())
          .contains(cache.toString());
    } finally {
      Files.delete(link);
    }
  }

  @Test
  void lockOfADeadProcessIsNoLock(@TempDir Path cache) throws Exception {
    Process process = ChildJvm.start(Map.of(), Opener.class, cache.toString(), "stay");
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.lines().anyMatch("opened"::equals)).isTrue();
      assertThatThrownBy(() -> Store.open(StoreFixture.settings(cache)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("process " + process.pid());
    } finally {
      process.destroyForcibly().waitFor();
    }
    Store.open(StoreFixture.settings(cache)).close();
  }

  @Test
  void closedStoreGivesTheLockBack(@TempDir Path cache) throws IOException {
    Store.open(StoreFixture.settings(cache)).close();
    Store.open(StoreFixture.settings(cache)).close();
  }

  /** Opens a store in another process. */
  static final class Opener {
    public static void main(String[] args) throws IOException {
      try {
        Store store = Store.open(StoreFixture.settings(Path.of(args[0])));
        System.out.println("opened");
        if (args.length > 1) {
          var unused = System.in.read();
        }
        store.close();
      } catch (StorageException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }
}
