package org.instantmirror.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A repository at an upstream, published anew on command as createrepo does: packages first, then
 * {@code primary.xml.gz} under a name that holds its checksum, {@code repomd.xml} last. One thread.
 */
public final class PublishedRepository {

  private final FakeUpstream upstream;
  private final String folder;
  private final Map<String, byte[]> listed = new LinkedHashMap<>();
  private Instant time = Instant.parse("2026-01-01T00:00:00Z");

  /**
   * Nothing is published yet.
   *
   * @param folder where it lies, beginning and ending with a slash
   */
  public PublishedRepository(FakeUpstream upstream, String folder) {
    this.upstream = upstream;
    this.folder = folder;
  }

  /** Has the next generation list this package, and puts its file upstream. */
  public PublishedRepository add(String path, byte[] content) {
    upstream.file(folder + path, content).lastModified(time).etag("\"" + sha256(content) + "\"");
    return list(path, content);
  }

  /** Has the next generation list a package of these bytes, whatever lies upstream. */
  public PublishedRepository list(String path, byte[] content) {
    listed.put(path, content);
    return this;
  }

  /** Publishes the next generation, a day younger than the last. */
  public PublishedRepository publish() {
    byte[] primary = gzip(primary());
    String name = "repodata/" + sha256(primary) + "-primary.xml.gz";
    upstream.file(folder + name, primary).lastModified(time).etag("\"" + sha256(primary) + "\"");
    byte[] repomd = repomd(name, primary).getBytes(StandardCharsets.UTF_8);
    upstream
        .file(folder + "repodata/repomd.xml", repomd)
        .lastModified(time)
        .etag("\"" + sha256(repomd) + "\"");
    time = time.plusSeconds(86_400);
    return this;
  }

  private String primary() {
    StringBuilder xml =
        new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata")
            .append(" xmlns=\"http://linux.duke.edu/metadata/common\"")
            .append(" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"")
            .append(listed.size())
            .append("\">\n");
    listed.forEach(
        (path, content) ->
            xml.append("<package type=\"rpm\"><name>")
                .append(path.replaceAll("^.*/|-.*$|\\.rpm$", ""))
                .append("</name><arch>noarch</arch><version epoch=\"0\" ver=\"1\" rel=\"1\"/>")
                .append("<checksum type=\"sha256\" pkgid=\"YES\">")
                .append(sha256(content))
                .append("</checksum><time file=\"1767225600\" build=\"1767225600\"/>")
                .append("<size package=\"")
                .append(content.length)
                .append("\" installed=\"1\" archive=\"1\"/><location href=\"")
                .append(path)
                .append("\"/></package>\n"));
    return xml.append("</metadata>\n").toString();
  }

  private String repomd(String name, byte[] primary) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        + "<repomd xmlns=\"http://linux.duke.edu/metadata/repo\"><revision>"
        + time.getEpochSecond()
        + "</revision><data type=\"primary\"><checksum type=\"sha256\">"
        + sha256(primary)
        + "</checksum><location href=\""
        + name
        + "\"/><size>"
        + primary.length
        + "</size></data></repomd>\n";
  }

  private static byte[] gzip(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
