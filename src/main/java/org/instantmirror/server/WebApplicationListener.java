package org.instantmirror.server;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.instantmirror.repo.ConfigException;
import org.instantmirror.repo.ConfigSources;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops the engine with its web application, in a container and standalone alike.
 * Standalone the engine is there already, as an attribute of the context; in a container the
 * configuration file is named by the context parameter or environment variable {@value #CONFIG}.
 */
public final class WebApplicationListener implements ServletContextListener {

  /** Names the configuration file: a context parameter, else an environment variable. */
  public static final String CONFIG = "INSTANTMIRROR_CONFIG";

  static final String ENGINE = Engine.class.getName();

  /** What the sandbox of Debian's tomcat10 service lets a web application write. */
  private static final Path DEBIAN_TOMCAT_CACHE = Path.of("/var/cache/tomcat10");

  private static final Logger LOG = LoggerFactory.getLogger(WebApplicationListener.class);

  private @Nullable Engine own;

  @Override
  public void contextInitialized(ServletContextEvent event) {
    ServletContext context = event.getServletContext();
    if (context.getAttribute(ENGINE) instanceof Engine standalone) {
      standalone.webApplication().register(context);
      return;
    }
    try {
      own = new Engine(sources(context), Clock.systemUTC());
    } catch (ConfigException | IOException e) {
      // One line that says what to do; the container adds that the application did not start.
      LOG.error("InstantMirror can't start: {}", e.getMessage());
      throw new IllegalStateException("InstantMirror can't start: " + e.getMessage(), e);
    }
    own.webApplication().register(context);
    LOG.info("InstantMirror ready at {}/", context.getContextPath());
  }

  private static ConfigSources sources(ServletContext context) {
    String named = context.getInitParameter(CONFIG);
    if (named == null || named.isBlank()) {
      named = System.getenv(CONFIG);
    }
    boolean required = named != null && !named.isBlank();
    return new ConfigSources(
        required ? Path.of(named) : ConfigSources.DEFAULT_CONFIG_FILE,
        required,
        ConfigSources.Overrides.NONE,
        Files.isDirectory(DEBIAN_TOMCAT_CACHE)
            ? DEBIAN_TOMCAT_CACHE.resolve("instantmirror")
            : ConfigSources.DEFAULT_CACHE_DIR);
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    if (own != null) {
      own.close(Duration.ofSeconds(1));
      own = null;
    }
  }
}
