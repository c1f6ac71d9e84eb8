package org.instantmirror.testing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Metalinks as MirrorManager writes them. */
public final class Metalinks {

  private Metalinks() {}

  /**
   * A metalink of a repository.
   *
   * @param made when {@code repomd} was
   * @param repomd what mirrors should have
   * @param alternates what they may have as well
   * @param mirrors base URLs, the preferred one first
   */
  public static byte[] of(
      Instant made, byte[] repomd, List<byte[]> alternates, List<String> mirrors) {
    String urls =
        Stream.iterate(0, i -> i < mirrors.size(), i -> i + 1)
            .map(i -> url(mirrors.get(i), 100 - i))
            .collect(Collectors.joining());
    String others =
        alternates.stream()
            .map(each -> "<mm0:alternate>" + version(made, each) + "</mm0:alternate>")
            .collect(Collectors.joining());
    return """
    <?xml version="1.0" encoding="utf-8"?>
    <metalink version="3.0" xmlns="http://www.metalinker.org/" type="dynamic"
      generator="mirrormanager" xmlns:mm0="http://fedorahosted.org/mirrormanager">
     <files><file name="repomd.xml">%s<mm0:alternates>%s</mm0:alternates>
     <resources maxconnections="1">%s</resources></file></files>
    </metalink>
    """
        .formatted(version(made, repomd), others, urls)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String url(String base, int preference) {
    String protocol = base.substring(0, base.indexOf(':'));
    return "<url protocol=\"%s\" type=\"%s\" location=\"DE\" preference=\"%d\">%s</url>"
        .formatted(protocol, protocol, preference, base + "repodata/repomd.xml");
  }

  private static String version(Instant made, byte[] repomd) {
    return "<mm0:timestamp>%d</mm0:timestamp><size>%d</size><verification><hash type=\"sha256\">%s</hash></verification>"
        .formatted(made.getEpochSecond(), repomd.length, sha256(repomd));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
