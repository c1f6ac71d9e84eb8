package org.instantmirror.repo;

/**
 * Bounds of what is fetched before a client asks, of all repositories together.
 *
 * @param budget {@code prefetch_budget}: bytes a day, or {@link #NO_LIMIT}
 * @param window {@code prefetch_window}: when
 */
public record PrefetchSettings(long budget, DailyWindow window) {

  /** As many bytes as there are. */
  public static final long NO_LIMIT = Long.MAX_VALUE;

  static PrefetchSettings of(Settings main) throws ConfigException {
    long bytes = main.get(ConfigKey.PREFETCH_BUDGET).as(ValueSyntax::size);
    return new PrefetchSettings(
        bytes == 0 ? NO_LIMIT : bytes, main.get(ConfigKey.PREFETCH_WINDOW).as(DailyWindow::parse));
  }
}
