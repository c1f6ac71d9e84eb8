package org.instantmirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.store.UsageFile.ClientRow;
import org.instantmirror.store.UsageFile.FolderRow;
import org.instantmirror.store.UsageFile.PackageRow;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageFileTest {

  private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(86_400);
  private static final FolderRow FOLDER =
      new FolderRow(3, new RepositoryFolder(new RepoId("fedora"), "42/x86_64"), 1.5, NOW);

  private Path file;

  @BeforeEach
  void name(@TempDir Path folder) {
    file = folder.resolve("usage ü?.db");
  }

  private static ClientRow client(String id, Instant expires, int... packages) {
    byte[] bytes = new byte[packages.length];
    for (int i = 0; i < packages.length; i++) {
      bytes[i] = (byte) packages[i];
    }
    return new ClientRow(id, NOW, expires, bytes);
  }

  private static List<String> clients(UsageFile usage) throws StorageException {
    List<String> found = new ArrayList<>();
    usage.clients(row -> found.add(row.client()));
    return found;
  }

  @Test
  void whatIsWrittenIsThereAfterwardsInPlaceOfWhatWas() throws StorageException {
    try (UsageFile usage = UsageFile.open(file)) {
      PackageRow kernel = new PackageRow(7, 3, "kernel", "x86_64", new byte[] {1});
      usage.write(List.of(FOLDER), List.of(kernel), List.of(client("a", LATER, 7)), List.of());
      PackageRow vim = new PackageRow(7, 3, "vim", "noarch", new byte[] {2, 3});
      usage.write(List.of(), List.of(vim), List.of(client("a", LATER, 7, 8)), List.of());
    }
    try (UsageFile usage = UsageFile.open(file)) {
      assertThat(usage.folders()).containsExactly(FOLDER);
      List<PackageRow> packages = new ArrayList<>();
      usage.packages(packages::add);
      assertThat(packages).hasSize(1);
      assertThat(packages.get(0).name()).isEqualTo("vim");
      assertThat(packages.get(0).arch()).isEqualTo("noarch");
      assertThat(packages.get(0).folder()).isEqualTo(3);
      assertThat(packages.get(0).learnt()).containsExactly(2, 3);
      ClientRow found = usage.client("a").orElseThrow();
      assertThat(found.packages()).containsExactly(7, 8);
      assertThat(found.window()).isEqualTo(NOW);
      assertThat(found.expires()).isEqualTo(LATER);
      assertThat(usage.client("b")).isEmpty();
      assertThat(usage.size()).isPositive();
    }
  }

  @Test
  void silentClientsAreFoundAndRemoved() throws StorageException {
    try (UsageFile usage = UsageFile.open(file)) {
      usage.write(List.of(), List.of(), List.of(client("a", NOW), client("b", LATER)), List.of());
      assertThat(usage.expired(NOW, 10)).isEmpty();
      assertThat(usage.expired(NOW.plusSeconds(1), 10))
          .extracting(ClientRow::client)
          .containsExactly("a");
      usage.removeClients(List.of("a"));
      assertThat(clients(usage)).containsExactly("b");
    }
  }

  @Test
  void whatIsForgottenIsRemoved() throws StorageException {
    try (UsageFile usage = UsageFile.open(file)) {
      PackageRow kernel = new PackageRow(7, 3, "kernel", "x86_64", new byte[] {1});
      usage.write(List.of(FOLDER), List.of(kernel), List.of(client("a", LATER, 7)), List.of());
      usage.write(List.of(), List.of(), List.of(client("b", LATER, 7)), List.of("a"));
      assertThat(clients(usage)).containsExactly("b");
      usage.remove(List.of(7), List.of(3));
      assertThat(usage.folders()).isEmpty();
      usage.packages(row -> assertThat(row).isNull());
    }
  }

  @Test
  void rowsDontSayInWhichOrderClientsCame() throws StorageException {
    List<String> order = new ArrayList<>();
    try (UsageFile usage = UsageFile.open(file)) {
      for (int i = 0; i < 40; i++) {
        order.add(String.format("%02d", i));
        usage.write(List.of(), List.of(), List.of(client(order.get(i), LATER, 7)), List.of());
      }
      assertThat(clients(usage)).hasSameElementsAs(order).isNotEqualTo(order);
    }
  }

  @Test
  void whatCannotBeWrittenWholeIsNotWrittenAtAll() throws StorageException {
    try (UsageFile usage = UsageFile.open(file)) {
      FolderRow sameElsewhere = new FolderRow(4, FOLDER.folder(), 0, NOW);
      assertThatThrownBy(
              () ->
                  usage.write(
                      List.of(FOLDER, sameElsewhere),
                      List.of(),
                      List.of(client("a", LATER)),
                      List.of()))
          .isInstanceOf(StorageException.class);
      assertThat(usage.folders()).isEmpty();
      assertThat(clients(usage)).isEmpty();
    }
  }

  @Test
  void aDamagedFileIsSetAsideAndBegunAnew() throws IOException {
    Files.writeString(file, "this is no database, however long it is ".repeat(500));
    try (UsageFile usage = UsageFile.open(file)) {
      assertThat(clients(usage)).isEmpty();
    }
    assertThat(Path.of(file + ".damaged")).exists();
  }

  @Test
  void aFileThatCannotBeReachedStaysWhereItIs() throws IOException {
    Files.createDirectory(file);
    assertThatThrownBy(() -> UsageFile.open(file)).isInstanceOf(StorageException.class);
    assertThat(file).isDirectory();
    assertThat(Path.of(file + ".damaged")).doesNotExist();
  }

  @Test
  void aFileOfALaterProgramIsSetAside() throws IOException {
    UsageFile.open(file).close();
    try (Handle handle = Jdbi.open("jdbc:sqlite:file:" + file.toUri().getRawPath())) {
      handle.execute("PRAGMA user_version = 99");
    }
    try (UsageFile usage = UsageFile.open(file)) {
      assertThat(clients(usage)).isEmpty();
    }
    assertThat(Path.of(file + ".damaged")).exists();
  }
}
