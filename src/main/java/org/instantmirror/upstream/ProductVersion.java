package org.instantmirror.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** How the mirror names itself to upstreams. */
public final class ProductVersion {

  private static final String NAME = "InstantMirror";

  private static final String UNFILTERED = "${";

  private ProductVersion() {}

  /** {@code InstantMirror/1.0.0}; {@code InstantMirror/dev} if the build didn't say. */
  public static String userAgent() {
    Properties properties = new Properties();
    try (InputStream in = ProductVersion.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String version = properties.getProperty("version", "dev");
    return NAME + "/" + (version.startsWith(UNFILTERED) ? "dev" : version);
  }
}
