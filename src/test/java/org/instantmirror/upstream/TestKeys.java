package org.instantmirror.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate and its key, made by the JDK's keytool in a folder of the test. */
public final class TestKeys {

  private static final String PASSWORD = "changeit";

  private final Path folder;
  private final String name;
  private final KeyStore store;

  private TestKeys(Path folder, String name, KeyStore store) {
    this.folder = folder;
    this.name = name;
    this.store = store;
  }

  /**
   * Makes a pair.
   *
   * @param algorithm {@code RSA} or {@code EC}
   * @param hosts what it is for, as keytool's {@code san} wants it ({@code ip:127.0.0.1})
   */
  public static TestKeys make(Path folder, String name, String algorithm, String hosts)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path file = folder.resolve(name + ".p12");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + hosts,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD));
    command.addAll(
        algorithm.equals("RSA") ? List.of("-keysize", "2048") : List.of("-groupname", "secp256r1"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("keytool: " + output);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return new TestKeys(folder, name, store);
  }

  /** The key. */
  public PrivateKey key() throws GeneralSecurityException {
    return (PrivateKey) store.getKey(name, PASSWORD.toCharArray());
  }

  /** The certificate, DER. */
  public byte[] certificate() throws GeneralSecurityException {
    return store.getCertificate(name).getEncoded();
  }

  /** Writes blocks, given as label, DER, label, DER, into one file. */
  public Path pem(String fileName, Object... blocks) throws IOException {
    StringBuilder text = new StringBuilder("Some text before, as tools write it.\n");
    for (int i = 0; i < blocks.length; i += 2) {
      String base64 =
          Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString((byte[]) blocks[i + 1]);
      text.append("-----BEGIN ").append(blocks[i]).append("-----\n").append(base64);
      text.append("\n-----END ").append(blocks[i]).append("-----\n");
    }
    return Files.writeString(folder.resolve(fileName), text);
  }

  /** The certificate in a file. */
  public Path certificatePem() throws IOException, GeneralSecurityException {
    return pem(name + ".crt", "CERTIFICATE", certificate());
  }

  /**
   * A server with this certificate that asks clients for one, and trusts that of {@code client}.
   */
  SSLContext serverContext(TestKeys client) throws GeneralSecurityException, IOException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("client", client.store.getCertificate(client.name));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
