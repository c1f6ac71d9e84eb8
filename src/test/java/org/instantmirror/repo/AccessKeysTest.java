package org.instantmirror.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys of TLS and of who may read, and what a changed configuration differs in. */
class AccessKeysTest {

  private ConfigFolder folder;

  @BeforeEach
  void make(@TempDir Path temp) {
    folder = new ConfigFolder(temp);
  }

  @Test
  void aRepositoryIsForEverybodyUnlessItOrMainSaysOtherwise() throws ConfigException {
    folder.section("");
    assertThat(folder.readRepo().access()).isEqualTo(Access.ALL);
    folder.main("allow = 10.0.0.0/8\nallow_users = ann bob\n");
    assertThat(folder.readRepo().access().allows("10.1.2.3")).isTrue();
    assertThat(folder.readRepo().access().allows("192.0.2.1")).isFalse();
    assertThat(folder.readRepo().access().users()).containsExactlyInAnyOrder("ann", "bob");
    folder.section("allow = all\nallow_users =\n");
    assertThat(folder.readRepo().access().isOpen()).isTrue();
    folder.section("allow = none\n");
    assertThat(folder.readRepo().access().allows("127.0.0.1")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "tls_port = 1, tls_port, sslservercert",
    "sslservercert = repos.d/README, sslservercert, of no use without tls_port",
    "port = none, port, of no use without tls_port",
    "port = non, port, 0 to 65535",
    "tls_port = -1\\nsslservercert = repos.d/README, tls_port, 0 to 65535",
    "tls_port = 1\\nsslservercert = nosuch.crt, sslservercert, is no readable file",
    "tls_port = 1\\nsslservercert = repos.d/README, sslservercert, chmod o-rwx",
    "users_file = nosuch.xml, users_file, is no readable file",
    "allow = localhost, allow, is no address",
  })
  void whatIsWrongIsNamed(String lines, String key, String problem) {
    folder.main(lines.replace("\\n", "\n") + "\n");
    assertThatThrownBy(() -> folder.read())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key + ": ")
        .hasMessageContaining(problem);
  }

  @Test
  void aChangeIsToldByRepositoryAndByTheKeysThatNeedARestart() throws ConfigException {
    folder.repo(
        "a.repo", "[same]\nbaseurl=http://up.example/\n[old]\nbaseurl=http://up.example/\n");
    folder.section("");
    Config before = folder.read();
    folder.main("port = 1\nadmin_clients = none\nmax_downloads = 64\n");
    folder.repo(
        "a.repo", "[new]\nbaseurl=http://up.example/\n[same]\nbaseurl=http://up.example/\n");
    folder.section("allow = none\n");
    Config next = folder.read();
    ConfigChange change = ConfigChange.between(before, next);
    assertThat(change.added()).containsExactly(new RepoId("new"));
    assertThat(change.removed()).containsExactly(new RepoId("old"));
    assertThat(change.changed()).containsExactly(new RepoId("test"));
    assertThat(ConfigChange.waitingForRestart(before, next)).containsExactly("port");
    assertThat(ConfigChange.waitingForRestart(next, next)).isEmpty();
  }
}
