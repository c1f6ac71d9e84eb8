package org.instantmirror.system;

/**
 * A standalone mirror of one repository, {@link #REPO}, and the upstream that serves it: what most
 * tests begin with.
 */
final class MirroredRepository implements AutoCloseable {
  /** The repository's id. */
  static final String REPO = "samples";

  private final WorkDirectory work;
  private final RpmRepository repository;
  private final Upstream upstream;
  private final MirrorFiles files;
  private MirrorProcess mirror;

  private MirroredRepository(
      WorkDirectory work, RpmRepository repository, Upstream upstream, String... settings) {
    this.work = work;
    this.repository = repository;
    this.upstream = upstream;
    this.files = MirrorFiles.create().repo(REPO, upstream.url(), settings);
    try {
      this.mirror = MirrorProcess.start(files);
    } catch (RuntimeException failure) {
      upstream.close();
      files.close();
      work.close();
      throw failure;
    }
  }

  /** One that nginx serves, without {@link SampleRpm#HELLO_UPDATE}. */
  static MirroredRepository overNginx(String... settings) {
    WorkDirectory work = WorkDirectory.create("upstream");
    RpmRepository repository = repository(work);
    return new MirroredRepository(
        work, repository, NginxUpstream.serving(repository.folder()), settings);
  }

  /** One that Apache serves, without {@link SampleRpm#HELLO_UPDATE}. */
  static MirroredRepository overApache(String... settings) {
    WorkDirectory work = WorkDirectory.create("upstream");
    RpmRepository repository = repository(work);
    return new MirroredRepository(
        work, repository, ApacheServer.serving(repository.folder()), settings);
  }

  private static RpmRepository repository(WorkDirectory work) {
    return RpmRepository.create(
        work.path().resolve("repo"),
        SampleRpm.HELLO,
        SampleRpm.ODD,
        SampleRpm.TILDE,
        SampleRpm.BIG,
        SampleRpm.UNASKED);
  }

  RpmRepository repository() {
    return repository;
  }

  Upstream upstream() {
    return upstream;
  }

  MirrorFiles files() {
    return files;
  }

  MirrorProcess mirror() {
    return mirror;
  }

  /** The base URL for clients, ending in a slash. */
  String url() {
    return mirror.repoUrl(REPO);
  }

  /** A package's URL, percent-encoded. */
  String url(SampleRpm rpm) {
    return url() + Urls.encoded(rpm.fileName());
  }

  /** A new client machine. */
  Dnf newClient() {
    return Dnf.withBaseUrl(url());
  }

  /** Starts the mirror again after a test ended it; its port is another one then. */
  void startMirror() {
    mirror = MirrorProcess.start(files);
  }

  @Override
  public void close() {
    mirror.close();
    upstream.close();
    files.close();
    work.close();
  }
}
