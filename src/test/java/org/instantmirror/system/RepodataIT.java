package org.instantmirror.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.instantmirror.repo.FreeSpaceLimit;
import org.instantmirror.repo.RepoId;
import org.instantmirror.repodata.Advisory;
import org.instantmirror.repodata.Checksum;
import org.instantmirror.repodata.ChecksumType;
import org.instantmirror.repodata.Compression;
import org.instantmirror.repodata.Decompression;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.Location.Elsewhere;
import org.instantmirror.repodata.PackageEntry;
import org.instantmirror.repodata.PrimaryReader;
import org.instantmirror.repodata.ReadLimits;
import org.instantmirror.repodata.Repomd;
import org.instantmirror.repodata.RepomdPart;
import org.instantmirror.repodata.RepomdReader;
import org.instantmirror.repodata.RepositoryFolder;
import org.instantmirror.repodata.UpdateInfoReader;
import org.instantmirror.store.PackageIndexing;
import org.instantmirror.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever createrepo_c makes is read, and is what it says of itself. */
@RequiresRpmTools
@RequiresPrograms(Program.MODIFYREPO_C)
class RepodataIT {
  private static final List<SampleRpm> RPMS =
      List.of(SampleRpm.HELLO, SampleRpm.HELLO_UPDATE, SampleRpm.ODD, SampleRpm.TILDE);

  private static final String UPDATE_INFO =
      """
      <updates><update type="security" status="final"><id>SAMPLE-1</id><title>x</title>
      <severity>Low</severity><issued date="2024-01-31 12:00:00"/><pkglist><collection>
      <package name="hello" version="2.0" release="1" epoch="0" arch="noarch">
      <filename>hello-2.0-1.noarch.rpm</filename></package></collection></pkglist></update></updates>
      """;

  private final WorkDirectory work = WorkDirectory.create("repodata");
  private final RpmRepository repository =
      RpmRepository.create(work.path().resolve("repo"), RPMS.toArray(SampleRpm[]::new));

  @AfterEach
  void removeFiles() {
    work.close();
  }

  private Repomd createrepo(String... options) throws IOException {
    repository.createrepo(List.of(options));
    return repomd();
  }

  private Repomd repomd() throws IOException {
    Path file = repository.file("repodata/repomd.xml");
    try (InputStream in = Files.newInputStream(file)) {
      return RepomdReader.read(in, file.toString(), ReadLimits.LISTING);
    }
  }

  private byte[] bytes(RepomdPart part) {
    try {
      return Files.readAllBytes(repository.file(part.location().pathWithin().orElseThrow()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] open(RepomdPart part) throws IOException {
    try (InputStream open =
        Decompression.open(
            new ByteArrayInputStream(bytes(part)), part.type(), ReadLimits.DISTRIBUTION)) {
      return open.readAllBytes();
    }
  }

  private List<PackageEntry> packages(RepomdPart primary) throws IOException {
    List<PackageEntry> packages = new ArrayList<>();
    PrimaryReader.read(
        new ByteArrayInputStream(bytes(primary)),
        primary.type(),
        ReadLimits.DISTRIBUTION,
        packages::add);
    return packages;
  }

  private static void assertIs(RepomdPart part, Checksum checksum, byte[] bytes) {
    assertThat(Checksum.of(checksum.type(), checksum.type().newDigest().digest(bytes)))
        .as(part.toString())
        .isEqualTo(checksum);
  }

  /** Each file is what its record says, packed and open, and the packages are what primary says. */
  private void assertTrue(Repomd repomd, ChecksumType type) throws IOException {
    assertThat(repomd.revision()).isNotNull();
    assertThat(repomd.parts()).isNotEmpty();
    for (RepomdPart part : repomd.parts()) {
      assertThat(part.size()).as(part.toString()).isEqualTo(bytes(part).length);
      assertThat(part.timestamp()).as(part.toString()).isNotNull();
      Checksum checksum = Objects.requireNonNull(part.checksum());
      assertThat(checksum.type()).isEqualTo(type);
      assertIs(part, checksum, bytes(part));
      byte[] open = open(part);
      assertThat(part.openSize()).as(part.toString()).isEqualTo(open.length);
      assertIs(part, Objects.requireNonNull(part.openChecksum()), open);
    }
    assertPackages(repomd.part("primary").orElseThrow(), type);
  }

  private void assertPackages(RepomdPart primary, ChecksumType type) throws IOException {
    List<PackageEntry> packages = packages(primary);
    assertThat(packages)
        .extracting(entry -> entry.location().pathWithin().orElseThrow())
        .containsExactlyInAnyOrderElementsOf(RPMS.stream().map(SampleRpm::fileName).toList());
    for (PackageEntry entry : packages) {
      Path rpm = repository.file(entry.location().pathWithin().orElseThrow());
      Checksum checksum = Objects.requireNonNull(entry.checksum());
      assertThat(checksum.type()).isEqualTo(type);
      assertThat(checksum.bytes()).isEqualTo(type.newDigest().digest(Files.readAllBytes(rpm)));
      assertThat(entry.size()).isEqualTo(Files.size(rpm));
      assertThat(entry.fileTime()).isEqualTo(RpmRepository.PACKAGE_TIME);
      assertThat(entry.buildTime()).isNotNull();
      assertThat(rpm).hasFileName(entry.name() + "-" + entry.evr() + "." + entry.arch() + ".rpm");
      assertThat(entry.sourceRpm()).endsWith(".src.rpm");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "md5, MD5",
    "sha, SHA1",
    "sha1, SHA1",
    "sha224, SHA224",
    "sha256, SHA256",
    "sha384, SHA384",
    "sha512, SHA512",
  })
  void repositoryOfEachTypeOfChecksumIsRead(String option, ChecksumType type) throws IOException {
    assertTrue(createrepo("--checksum=" + option), type);
  }

  @ParameterizedTest
  @CsvSource({"gz, GZIP", "bz2, BZIP2", "xz, XZ"})
  void repositoryOfEachCompressionIsRead(String option, Compression compression)
      throws IOException {
    Repomd repomd = createrepo("--general-compress-type=" + option);
    assertTrue(repomd, ChecksumType.SHA256);
    assertThat(repomd.parts())
        .filteredOn(part -> !part.type().equals("updateinfo"))
        .extracting(part -> Compression.of(Arrays.copyOf(bytes(part), 6)))
        .containsOnly(compression);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--simple-md-filenames", "--unique-md-filenames"})
  void repositoryOfSimpleOrUniqueNamesIsRead(String option) throws IOException {
    Repomd repomd = createrepo(option);
    assertTrue(repomd, ChecksumType.SHA256);
    String path = repomd.part("primary").orElseThrow().location().pathWithin().orElseThrow();
    assertThat(path.equals("repodata/primary.xml.gz")).isEqualTo(option.contains("simple"));
  }

  @Test
  void databasesAreOpenedToo() throws IOException {
    Repomd repomd = createrepo("--database");
    assertTrue(repomd, ChecksumType.SHA256);
    assertThat(repomd.part("primary_db")).isPresent();
  }

  @Test
  @RequiresPrograms(Program.ZCK)
  void zchunkFilesAreReadWithTheirHeaders() throws IOException {
    assertZchunk(createrepo("--zck"));
  }

  @Test
  @RequiresPrograms(Program.ZCK)
  void zchunkFilesOfADictionaryAreRead() throws IOException {
    byte[] primary = open(createrepo().part("primary").orElseThrow());
    long plain = createrepo("--zck").part("primary_zck").orElseThrow().size();
    for (String name : List.of("primary", "filelists", "other")) {
      Files.write(work.folder("dicts").resolve(name + ".xml.zdict"), primary);
    }
    Repomd repomd = createrepo("--zck", "--zck-dict-dir=" + work.path().resolve("dicts"));
    assertZchunk(repomd);
    RepomdPart part = repomd.part("primary_zck").orElseThrow();
    // The dictionary is the whole file: it stands there, and hardly anything of the chunks.
    assertThat(part.size()).isLessThan(plain);
  }

  private void assertZchunk(Repomd repomd) throws IOException {
    assertTrue(repomd, ChecksumType.SHA256);
    RepomdPart zck = repomd.part("primary_zck").orElseThrow();
    assertThat(Compression.of(Arrays.copyOf(bytes(zck), 6))).isEqualTo(Compression.ZCHUNK);
    assertThat(open(zck)).isEqualTo(open(repomd.part("primary").orElseThrow()));
    byte[] header = Arrays.copyOf(bytes(zck), Math.toIntExact(zck.headerSize()));
    assertThat(HexFormat.of().formatHex(header))
        .contains(Objects.requireNonNull(zck.headerChecksum()).hex());
    assertPackages(zck, ChecksumType.SHA256);
  }

  @Test
  void packagesOfAnotherServerLieElsewhere() throws IOException {
    Repomd repomd = createrepo("--baseurl=http://other.example/tree/");
    assertThat(packages(repomd.part("primary").orElseThrow()))
        .extracting(PackageEntry::location)
        .containsExactlyInAnyOrderElementsOf(
            RPMS.stream()
                .map(rpm -> new Elsewhere("http://other.example/tree/" + rpm.fileName()))
                .toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz", "bz2", "xz"})
  void updateInfoIsRead(String compression) throws IOException {
    createrepo();
    Path file = work.write("updateinfo.xml", UPDATE_INFO);
    repository.modifyrepo(file, "--compress-type=" + compression);
    RepomdPart part = repomd().part("updateinfo").orElseThrow();
    List<Advisory> advisories = new ArrayList<>();
    UpdateInfoReader.read(
        new ByteArrayInputStream(bytes(part)),
        "updateinfo",
        ReadLimits.DISTRIBUTION,
        advisories::add);
    assertThat(advisories).extracting(Advisory::id).containsExactly("SAMPLE-1");
    assertThat(advisories.get(0).packages())
        .containsExactly(
            new Advisory.AdvisoryPackage(
                "hello", new Evr(0, "2.0", "1"), "noarch", SampleRpm.HELLO_UPDATE.fileName()));
  }

  @Test
  void zstdFilesAreRead() throws IOException {
    byte[] primary = open(createrepo().part("primary").orElseThrow());
    byte[] packed = Zstd.compress(primary);
    Files.write(repository.file("repodata/primary.xml.zst"), packed);
    // This createrepo_c can't do it, so the record is made by hand.
    Files.writeString(
        repository.file("repodata/repomd.xml"),
        """
        <repomd><revision>1</revision><data type="primary">
        <checksum type="sha256">%s</checksum><location href="repodata/primary.xml.zst"/>
        <size>%d</size></data></repomd>
        """
            .formatted(
                Checksum.of(ChecksumType.SHA256, ChecksumType.SHA256.newDigest().digest(packed))
                    .hex(),
                packed.length));
    RepomdPart part = repomd().part("primary").orElseThrow();
    assertThat(part.size()).isEqualTo(bytes(part).length);
    assertIs(part, Objects.requireNonNull(part.checksum()), bytes(part));
    assertThat(open(part)).isEqualTo(primary);
    assertPackages(part, ChecksumType.SHA256);
  }

  @Test
  void packagesAreIndexed() throws IOException {
    RepositoryFolder folder = new RepositoryFolder(new RepoId("sample"), "1/os");
    RepomdPart primary = createrepo("--zck").part("primary").orElseThrow();
    Store.StoreSettings settings =
        new Store.StoreSettings(
            work.folder("cache"), null, new FreeSpaceLimit(0, 0), 100, Clock.systemUTC());
    try (Store store = Store.open(settings);
        PackageIndexing indexing = store.packages().begin(folder, 1)) {
      PrimaryReader.read(
          new ByteArrayInputStream(bytes(primary)), "primary", ReadLimits.DISTRIBUTION, indexing);
      indexing.complete(new byte[0], Instant.EPOCH, false);
      for (PackageEntry entry : packages(primary)) {
        assertThat(store.packages().find(folder.entry(entry.location()).orElseThrow()))
            .singleElement()
            .satisfies(
                listed -> {
                  assertThat(listed.checksum()).isEqualTo(entry.checksum());
                  assertThat(listed.size()).isEqualTo(entry.size());
                  assertThat(listed.evr()).isEqualTo(entry.evr());
                  assertThat(listed.fileTime()).isEqualTo(entry.fileTime());
                });
      }
    }
  }
}
