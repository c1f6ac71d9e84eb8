package org.instantmirror.web;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.eclipse.packager.rpm.HashAlgorithm;
import org.eclipse.packager.rpm.info.RpmInformation;
import org.eclipse.packager.rpm.info.RpmInformations;
import org.eclipse.packager.rpm.parse.RpmInputStream;
import org.eclipse.packager.rpm.yum.RepositoryCreator;
import org.jspecify.annotations.Nullable;

/**
 * A repository of the client's package alone, in memory: some 30 kB. Immutable.
 *
 * @param files by their paths: the package, and what is below {@code repodata/}
 */
record ClientRepository(Map<String, byte[]> files) {

  /** The repository for a server's clients. */
  static ClientRepository of(ClientRpm rpm, String server) throws IOException {
    byte[] content = rpm.build(server);
    Map<String, byte[]> files = new HashMap<>();
    files.put(rpm.fileName(), content);
    RpmInformation information;
    try (RpmInputStream in = new RpmInputStream(new ByteArrayInputStream(content))) {
      information = RpmInformations.makeInformation(in);
    }
    RepositoryCreator.Builder repodata = new RepositoryCreator.Builder();
    repodata.setTarget(
        (name, mediaType, writer) -> {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          writer.accept(out);
          files.put(name, out.toByteArray());
        });
    RepositoryCreator.FileInformation file =
        new RepositoryCreator.FileInformation(ClientRpm.TIME, content.length, rpm.fileName());
    Map<HashAlgorithm, String> checksums = Map.of(HashAlgorithm.SHA256, sha256(content));
    repodata
        .build()
        .process(context -> context.addPackage(file, information, checksums, HashAlgorithm.SHA256));
    // The library makes each part twice; clients are told of the packed one.
    files.keySet().removeIf(name -> name.endsWith(".xml") && !name.endsWith("/repomd.xml"));
    return new ClientRepository(Map.copyOf(files));
  }

  /** A file; null if there is none of that path. */
  byte @Nullable [] file(String path) {
    return files.get(path);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
