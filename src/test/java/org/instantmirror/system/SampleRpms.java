package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** All of {@link SampleRpm}, made by rpmbuild and signed, once in a run. */
final class SampleRpms {
  private final Path folder;
  private final SigningKey key;

  private SampleRpms(Path folder, SigningKey key) {
    this.folder = folder;
    this.key = key;
  }

  /** The packages; the first caller waits for them to be built. */
  static SampleRpms built() {
    return Lazy.BUILT;
  }

  /** Where a package lies. It is shared by all tests: copy it. */
  Path path(SampleRpm rpm) {
    return folder.resolve(rpm.fileName());
  }

  /** What they are signed with. */
  SigningKey key() {
    return key;
  }

  private static SampleRpms build(WorkDirectory work) {
    Path noise = work.path().resolve("noise");
    try {
      byte[] bytes = new byte[SampleRpm.BIG.incompressibleBytes()];
      new Random(42).nextBytes(bytes);
      Files.write(noise, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path rpms = work.folder("rpms");
    List<String> arguments = new ArrayList<>();
    arguments.add("-bb");
    arguments.add("--define=_topdir " + work.folder("build"));
    arguments.add("--define=_rpmdir " + rpms);
    arguments.add("--define=_tmppath " + work.folder("tmp"));
    arguments.add("--define=_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm");
    arguments.add("--define=_binary_payload w0.gzdio");
    Set<SampleRpm> all = EnumSet.allOf(SampleRpm.class);
    for (SampleRpm rpm : all) {
      String name = "specs/" + rpm.name() + ".spec";
      arguments.add(work.write(name, rpm.spec(noise.toString())).toString());
    }
    Command.of(Program.RPMBUILD.path(), arguments)
        .with("HOME", work.path().toString())
        .run()
        .succeeded();
    SigningKey key = SigningKey.create(work.path().resolve("gnupg"));
    SampleRpms built = new SampleRpms(rpms, key);
    all.forEach(rpm -> key.signRpm(built.path(rpm)));
    return built;
  }

  /** Built at the first use; removed when the JVM ends, for no single test owns it. */
  private static final class Lazy {
    static final SampleRpms BUILT;

    static {
      WorkDirectory work = WorkDirectory.create("rpms");
      // Whichever test comes first, it is no part of that test's set-up.
      Opened.remove(work);
      BUILT = build(work);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    BUILT.key().stopAgent();
                    work.close();
                  }));
    }
  }
}
