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
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A repository at an upstream, published anew on command as createrepo does: packages first, then
 * {@code primary.xml.gz} under a name that holds its checksum, {@code repomd.xml} last. One thread.
 */
public final class PublishedRepository {

  private final FakeUpstream upstream;
  private final String folder;
  private final Map<String, byte[]> listed = new LinkedHashMap<>();
  private final String primaryName;
  private final Map<String, byte[]> others = new LinkedHashMap<>();
  private @Nullable UnaryOperator<byte[]> signer;
  private boolean validators = true;
  private byte[] repomd = {};
  private Instant time = Instant.parse("2026-01-01T00:00:00Z");

  /**
   * Nothing is published yet.
   *
   * @param folder where it lies, beginning and ending with a slash
   */
  public PublishedRepository(FakeUpstream upstream, String folder) {
    this(upstream, folder, "");
  }

  /**
   * The same with a name for the list of packages that doesn't change.
   *
   * @param primaryName empty for one that holds its checksum
   */
  public PublishedRepository(FakeUpstream upstream, String folder, String primaryName) {
    this.primaryName = primaryName;
    this.upstream = upstream;
    this.folder = folder;
  }

  /** Has the next generation list this package, and puts its file upstream. */
  public PublishedRepository add(String path, byte[] content) {
    put(path, content);
    return list(path, content);
  }

  /** Has the next generation list a package of these bytes, whatever lies upstream. */
  public PublishedRepository list(String path, byte[] content) {
    listed.put(path, content);
    return this;
  }

  /** Removes a package, from upstream and the next generation. */
  public PublishedRepository drop(String path) {
    upstream.remove(folder + path);
    listed.remove(path);
    return this;
  }

  /** Has the next generations come with what passes for signatures. */
  public PublishedRepository sign() {
    return sign(Signatures::over);
  }

  /**
   * Has the next generations come with signatures.
   *
   * @param newSigner makes one of a {@code repomd.xml}
   */
  public PublishedRepository sign(UnaryOperator<byte[]> newSigner) {
    signer = newSigner;
    return this;
  }

  /** Has what is published from now on come with neither Last-Modified nor ETag. */
  public PublishedRepository withoutValidators() {
    validators = false;
    return this;
  }

  /** Has the next generations hold another list beside that of the packages. */
  public PublishedRepository other(String type, byte[] content) {
    others.put(type, content);
    return this;
  }

  /** Where that list lies, below the folder. */
  public String otherPath(String type) {
    return "repodata/" + sha256(content(type)) + "-" + type + ".xml";
  }

  private byte[] content(String type) {
    byte[] content = others.get(type);
    if (content == null) {
      throw new IllegalArgumentException("no list of type " + type);
    }
    return content;
  }

  /** Publishes the next generation, a day younger than the last. */
  public PublishedRepository publish() {
    others.forEach((type, content) -> put(otherPath(type), content));
    return publishPrimary().publishRepomd().publishSignature().next();
  }

  /** The list of packages of the next generation, without anything that names it. */
  public PublishedRepository publishPrimary() {
    put(primaryPath(), gzip(primary()));
    return this;
  }

  /** The same, answered in that way the first time. */
  public PublishedRepository publishPrimary(Behaviour first) {
    String path = folder + primaryPath();
    byte[] content = gzip(primary());
    upstream.file(path, content).lastModified(time).etag("\"" + sha256(content) + "\"").next(first);
    return this;
  }

  /** What names the list of packages, whether that is there or not. */
  public PublishedRepository publishRepomd() {
    repomd = repomd(primaryPath(), gzip(primary())).getBytes(StandardCharsets.UTF_8);
    put("repodata/repomd.xml", repomd);
    return this;
  }

  /** An earlier {@code repomd.xml}, with its date. */
  public PublishedRepository takeBack(byte[] earlier) {
    upstream
        .file(folder + "repodata/repomd.xml", earlier)
        .lastModified(time.minusSeconds(86_400))
        .etag("\"" + sha256(earlier) + "\"");
    return this;
  }

  /** Its signature, if there is to be one. */
  public PublishedRepository publishSignature() {
    if (signer != null) {
      put("repodata/repomd.xml.asc", signature());
    }
    return this;
  }

  /** What is published from now on is of the generation after. */
  public PublishedRepository next() {
    time = time.plusSeconds(86_400);
    return this;
  }

  private void put(String path, byte[] content) {
    FakeFile file = upstream.file(folder + path, content);
    if (validators) {
      file.lastModified(time).etag("\"" + sha256(content) + "\"");
    }
  }

  /** The {@code repomd.xml} that was published last. */
  public byte[] repomd() {
    return repomd.clone();
  }

  /** Its signature; a second call may make another. */
  public byte[] signature() {
    return Objects.requireNonNull(signer).apply(repomd.clone());
  }

  /** Where the list of packages of the next generation lies, below the folder. */
  public String primaryPath() {
    return "repodata/"
        + (primaryName.isEmpty() ? sha256(gzip(primary())) + "-primary.xml.gz" : primaryName);
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
        + "</size></data>"
        + String.join("", others.keySet().stream().map(this::other).toList())
        + "</repomd>\n";
  }

  private String other(String type) {
    return "<data type=\""
        + type
        + "\"><checksum type=\"sha256\">"
        + sha256(content(type))
        + "</checksum><location href=\""
        + otherPath(type)
        + "\"/></data>";
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
