package org.instantmirror.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.instantmirror.server.Mirrored.HIT;
import static org.instantmirror.server.Mirrored.V1;
import static org.instantmirror.server.Mirrored.assertServed;
import static org.instantmirror.server.Mirrored.assertWhole;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.instantmirror.testing.FakeUpstream;
import org.instantmirror.testing.MutableClock;
import org.instantmirror.testing.Packages;
import org.instantmirror.testing.RecordedRequest;
import org.instantmirror.testing.RunningMirror;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody changes the tree or the index behind the mirror's back. */
class AlteredFileTest {

  private static final byte[] RPM = Packages.rpm(50_000, 1);

  /** What may happen to a stored file. */
  enum Change {
    TRUNCATED {
      @Override
      void to(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(1000);
        }
      }
    },
    TRUNCATED_AND_REDATED {
      @Override
      void to(Path file) throws IOException {
        TRUNCATED.to(file);
        Files.setLastModifiedTime(file, FileTime.from(V1));
      }
    },
    EMPTIED {
      @Override
      void to(Path file) throws IOException {
        Files.write(file, new byte[0]);
      }
    },
    OVERWRITTEN_IN_PLACE {
      @Override
      void to(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(new byte[100]), 1000);
        }
      }
    },
    APPENDED_TO {
      @Override
      void to(Path file) throws IOException {
        Files.write(file, new byte[10], StandardOpenOption.APPEND);
      }
    },
    REPLACED {
      @Override
      void to(Path file) throws IOException {
        Files.delete(file);
        Files.write(file, Packages.rpm(RPM.length, 2));
      }
    },
    DELETED {
      @Override
      void to(Path file) throws IOException {
        Files.delete(file);
      }
    },
    FOLDER_DELETED {
      @Override
      void to(Path file) throws IOException {
        Files.delete(file);
        Files.delete(file.getParent());
      }
    };

    abstract void to(Path file) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void aChangedFileIsNeverServedAndFetchedAgain(Change change) throws Exception {
    try (Mirrored it = Mirrored.with()) {
      it.upstream.file("/p/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      it.fetch("p/a.rpm", RPM);
      change.to(it.mirror.stored("p/a.rpm"));
      it.fetch("p/a.rpm", RPM);
      assertThat(Files.readAllBytes(it.mirror.stored("p/a.rpm"))).isEqualTo(RPM);
      assertServed(it.get("p/a.rpm"), RPM, HIT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aChangedFileIsNotServedWhileUpstreamIsDownEither(Change change) throws Exception {
    try (Mirrored it = Mirrored.with("retries = 1")) {
      it.upstream.file("/p/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      it.fetch("p/a.rpm", RPM);
      change.to(it.mirror.stored("p/a.rpm"));
      it.upstream.stop();
      assertThat(it.get("p/a.rpm").status()).isEqualTo(502);
      assertThat(it.get("p/a.rpm", "Range: bytes=0-9").status()).isEqualTo(502);
      it.upstream.restart();
      it.passSeconds(6);
      it.fetch("p/a.rpm", RPM);
    }
  }

  @Test
  void filesAreConfirmedWithoutAGetAfterTheIndexWasDeleted(@TempDir Path folder) throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start()) {
      upstream.file("/a.rpm", RPM).lastModified(V1).etag("\"1\"");
      upstream.file("/b.rpm", RPM).lastModified(V1);
      MutableClock clock = new MutableClock(Mirrored.START);
      RunningMirror.Setup setup = RunningMirror.setup().repo(upstream).clock(clock).folder(folder);
      try (RunningMirror mirror = setup.start()) {
        assertWhole(mirror.get("a.rpm"), RPM);
        assertWhole(mirror.get("b.rpm"), RPM);
      }
      deleteIndex(folder.resolve("cache/.instantmirror"));
      try (RunningMirror mirror = setup.start()) {
        assertServed(mirror.get("a.rpm"), RPM, "InstantMirror; fwd=stale; fwd-status=200");
        assertServed(mirror.get("a.rpm"), RPM, HIT);
        upstream.stop();
        assertServed(mirror.get("b.rpm"), RPM, Mirrored.UNREACHABLE);
      }
      assertThat(upstream.requests("/a.rpm"))
          .extracting(RecordedRequest::method)
          .containsExactly("GET", "HEAD");
      assertThat(upstream.requests("/b.rpm")).hasSize(1);
    }
  }

  private static void deleteIndex(Path own) throws IOException {
    try (Stream<Path> files = Files.list(own)) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("index")).toList()) {
        Files.delete(file);
      }
    }
  }
}
