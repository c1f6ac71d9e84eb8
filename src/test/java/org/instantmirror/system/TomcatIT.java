package org.instantmirror.system;

import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/** The WAR in the Tomcats that organisations have. */
@RequiresRpmTools
@RequiresPrograms({Program.NGINX, Program.CURL, Program.RPM})
class TomcatIT {
  /** The stock distribution of Tomcat 10.1: Servlet 6.0. */
  @Nested
  class StockTomcat10 extends TomcatContract {
    @Override
    Path home() {
      return unpacked("instantmirror.tomcat10");
    }
  }

  /** The stock distribution of Tomcat 11: Servlet 6.1. */
  @Nested
  class StockTomcat11 extends TomcatContract {
    @Override
    Path home() {
      return unpacked("instantmirror.tomcat11");
    }
  }

  /** Debian's package. */
  @Nested
  @RequiresPrograms(Program.TOMCAT10)
  class DebianTomcat10 extends TomcatContract {
    @Override
    Path home() {
      return Path.of(Program.TOMCAT10.path());
    }
  }

  /** Where the build unpacked a distribution. */
  private static Path unpacked(String property) {
    String home = System.getProperty(property);
    if (home == null) {
      throw new IllegalStateException(property + " is not set: run this test by 'mvn verify'");
    }
    return Path.of(home);
  }
}
