package org.instantmirror.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A GPG key made for this run, without a passphrase, in a key ring of its own. */
final class SigningKey {
  private static final String USER = "samples@example.invalid";

  private final Path home;

  private SigningKey(Path home) {
    this.home = home;
  }

  /** Makes a key in that folder, which must not exist yet. */
  static SigningKey create(Path home) {
    try {
      Files.createDirectory(
          home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SigningKey key = new SigningKey(home);
    key.gpg("--passphrase", "", "--quick-generate-key", USER, "rsa2048", "sign", "never");
    return key;
  }

  /** Writes the public key, as a {@code RPM-GPG-KEY} file holds it. */
  void exportTo(Path file) {
    gpg("--armor", "--yes", "--output", file.toString(), "--export", USER);
  }

  /** Writes the detached signature {@code FILE.asc} beside the file. */
  void sign(Path file) {
    gpg("--armor", "--yes", "--detach-sign", file.toString());
  }

  /** Signs a package in place. */
  void signRpm(Path rpm) {
    Command.of(
            Program.RPMSIGN,
            "--define=_gpg_name " + USER,
            "--define=_gpg_path " + home,
            "--define=__gpg " + Program.GPG.path(),
            "--addsign",
            rpm.toString())
        .with("HOME", home.toString())
        .run()
        .succeeded();
  }

  /** Ends the agent that gpg leaves running. */
  void stopAgent() {
    stopAgent(home);
  }

  /** Ends the agent that gpg, or a program that uses it, leaves running for a key ring. */
  static void stopAgent(Path home) {
    Command.of(Program.GPGCONF, "--homedir", home.toString(), "--kill", "gpg-agent").run();
    // Where there is a /run/user, its socket lies there.
    Command.of(Program.GPGCONF, "--homedir", home.toString(), "--remove-socketdir").run();
  }

  private void gpg(String... arguments) {
    Command.of(Program.GPG, concat(arguments)).run().succeeded();
  }

  private String[] concat(String... arguments) {
    String[] words = new String[arguments.length + 4];
    words[0] = "--homedir";
    words[1] = home.toString();
    words[2] = "--batch";
    words[3] = "--quiet";
    System.arraycopy(arguments, 0, words, 4, arguments.length);
    return words;
  }
}
