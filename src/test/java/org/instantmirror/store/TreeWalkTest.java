package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.RepoId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeWalkTest {

  private static final RepoId REPO = new RepoId("repo");

  private final Path root;

  TreeWalkTest(@TempDir Path root) {
    this.root = root;
  }

  private void files(String... paths) throws Exception {
    for (String path : paths) {
      Path file = root.resolve(path);
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
  }

  private List<String> walk(String prefix, @Nullable String after) {
    List<String> paths = new ArrayList<>();
    new TreeWalk(root, REPO, prefix, after)
        .forEachRemaining((EntryKey key) -> paths.add(key.path()));
    return paths;
  }

  @Test
  void foldersComeWhereTheirNamesDo() throws Exception {
    files("b", "a/x", "a-b", "a/c/y", "c/z");
    assertThat(walk("", null)).containsExactly("a/c/y", "a/x", "a-b", "b", "c/z");
  }

  @Test
  void aWalkGoesOnBehindAnyPathWhetherItExistsOrNot() throws Exception {
    files("a/c/y", "a/x", "a-b", "b", "c/z");
    assertThat(walk("", "a/c/y")).containsExactly("a/x", "a-b", "b", "c/z");
    assertThat(walk("", "a/c")).containsExactly("a/c/y", "a/x", "a-b", "b", "c/z");
    assertThat(walk("", "a/d/gone")).containsExactly("a/x", "a-b", "b", "c/z");
    assertThat(walk("", "b")).containsExactly("c/z");
    assertThat(walk("", "b/was-a-folder")).containsExactly("c/z");
    assertThat(walk("", "d")).isEmpty();
  }

  @Test
  void aPrefixMayEndWithinAName() throws Exception {
    files("p/aa", "p/ab", "p/b", "p/ac/x", "q/aa");
    assertThat(walk("p/a", null)).containsExactly("p/aa", "p/ab", "p/ac/x");
    assertThat(walk("p/a", "p/aa")).containsExactly("p/ab", "p/ac/x");
    assertThat(walk("p/", "a")).containsExactly("p/aa", "p/ab", "p/ac/x", "p/b");
    assertThat(walk("p/", "q")).isEmpty();
    assertThat(walk("nowhere/", null)).isEmpty();
  }

  @Test
  void aFolderOfManyNamesComesInBatches() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 2 * TreeWalk.BATCH + 1; i++) {
      names.add("p/%05d.rpm".formatted(i));
    }
    files(names.toArray(String[]::new));
    assertThat(walk("", null)).isEqualTo(names);
    assertThat(walk("", names.get(999))).isEqualTo(names.subList(1000, names.size()));
  }

  @Test
  void filesMayBeDeletedOnTheWay() throws Exception {
    files("a/1", "a/2", "b/1");
    List<String> seen = new ArrayList<>();
    TreeWalk walk = new TreeWalk(root, REPO, "", null);
    while (walk.hasNext()) {
      String path = walk.next().path();
      seen.add(path);
      Files.delete(root.resolve(path));
    }
    assertThat(seen).containsExactly("a/1", "a/2", "b/1");
  }

  @Test
  void linksToFoldersAreNotFollowed(@TempDir Path elsewhere) throws Exception {
    files("a/x");
    Files.createFile(elsewhere.resolve("secret"));
    Files.createSymbolicLink(root.resolve("link"), elsewhere);
    assertThat(walk("", null)).containsExactly("a/x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../", "a/../b", "/", "/etc/", "a//b", ".instantmirror/"})
  void aPrefixThatLeadsElsewhereIsRefused(String prefix) {
    assertThatThrownBy(() -> walk(prefix, null)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/a", "a/", ""})
  void aCursorThatIsNoPathIsRefused(String after) {
    assertThatThrownBy(() -> walk("", after)).isInstanceOf(IllegalArgumentException.class);
  }
}
