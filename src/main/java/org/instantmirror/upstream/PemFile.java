package org.instantmirror.upstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A PEM file (RFC 7468): certificates, a private key, or both in one file. A value. */
final class PemFile {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /** What {@code PRIVATE KEY} blocks may hold; the JDK finds out only by trying. */
  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

  private final Path path;
  private final List<Block> blocks;

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PemFile file && path.equals(file.path) && blocks.equals(file.blocks);
  }

  @Override
  public int hashCode() {
    return blocks.hashCode();
  }

  private record Block(String label, String base64) {
    byte[] der(Path path) throws IOException {
      if (base64.contains(":")) {
        throw new IOException(path + ": encrypted keys are not supported; store it decrypted");
      }
      try {
        return Base64.getMimeDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        throw new IOException(path + ": bad base64 in its " + label, e);
      }
    }
  }

  private PemFile(Path path, List<Block> blocks) {
    this.path = path;
    this.blocks = blocks;
  }

  /**
   * @throws IOException if the file can't be read
   */
  static PemFile read(Path path) throws IOException {
    Matcher matcher = BLOCK.matcher(Files.readString(path, StandardCharsets.ISO_8859_1));
    List<Block> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return new PemFile(path, blocks);
  }

  /** Where it lies. */
  Path path() {
    return path;
  }

  /**
   * All certificates, in the order of the file.
   *
   * @throws IOException if there is none, or one can't be read; the message names the file
   */
  List<Certificate> certificates() throws IOException {
    List<Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks) {
        if (block.label.equals("CERTIFICATE")) {
          certificates.add(factory.generateCertificate(new ByteArrayInputStream(block.der(path))));
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(path + ": a certificate can't be read: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw new IOException(path + ": holds no certificate in PEM form");
    }
    return certificates;
  }

  /**
   * The first private key: PKCS#8, or PKCS#1 (RSA) or SEC 1 (elliptic curves) as OpenSSL writes
   * them.
   *
   * @throws IOException if there is none, it is encrypted or of an unknown kind; the message names
   *     the file
   */
  PrivateKey privateKey() throws IOException {
    for (Block block : blocks) {
      switch (block.label) {
        case "PRIVATE KEY" -> {
          return key(block.der(path), KEY_ALGORITHMS);
        }
        case "RSA PRIVATE KEY" -> {
          return key(Pkcs8.wrapRsa(block.der(path)), List.of("RSA"));
        }
        case "EC PRIVATE KEY" -> {
          return key(Pkcs8.wrapEc(block.der(path), path), List.of("EC"));
        }
        case "ENCRYPTED PRIVATE KEY" ->
            throw new IOException(path + ": encrypted keys are not supported; store it decrypted");
        default -> {
          // A certificate, or the parameters of a curve.
        }
      }
    }
    throw new IOException(path + ": holds no private key in PEM form");
  }

  private PrivateKey key(byte[] pkcs8, List<String> algorithms) throws IOException {
    for (String algorithm : algorithms) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (GeneralSecurityException e) {
        // Another kind of key: try the next.
      }
    }
    throw new IOException(path + ": the private key is of none of the kinds " + algorithms);
  }
}
