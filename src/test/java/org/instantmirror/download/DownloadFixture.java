package org.instantmirror.download;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.instantmirror.http.EntityTag;
import org.instantmirror.http.Head;
import org.instantmirror.repo.BaseUrl;
import org.instantmirror.repo.Classifier;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repo.FileClass;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.repo.Lifetimes;
import org.instantmirror.repo.Repo;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repo.Transport;
import org.instantmirror.store.Store;

/** Values that the tests of this package share. */
final class DownloadFixture {
  static final Instant MODIFIED = Instant.parse("2026-01-01T00:00:00Z");
  static final Head HEAD =
      new Head(new EntityTag("1", false), MODIFIED, MODIFIED.plusSeconds(60), null);
  static final URI SOURCE = URI.create("http://up.example/a.rpm");

  private DownloadFixture() {}

  static Repo repo(String id, int maxParallelDownloads) {
    Duration second = Duration.ofSeconds(1);
    return new Repo(
        new RepoId(id),
        id,
        List.of(new BaseUrl("http://up.example/")),
        Classifier.BUILT_IN,
        new Lifetimes(second, second, second, second, true, 3, second, second),
        new Transport(
            second, second, 0, null, null, null, true, null, null, null, null, null, Set.of(), 8),
        2,
        maxParallelDownloads);
  }

  static Order order(String path) {
    Repo repo = repo("repo", 8);
    return new Order(repo, new EntryKey(repo.id(), path), FileClass.PACKAGE, false, null);
  }

  static Store store(Path folder) throws IOException {
    return Store.open(
        new Store.StoreSettings(folder, null, new FreeSpaceLimit(0, 0), 100, Clock.systemUTC()));
  }
}
