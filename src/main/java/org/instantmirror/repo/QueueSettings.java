package org.instantmirror.repo;

/**
 * What {@code [main]} says of all downloads together, beside their number.
 *
 * @param bandwidth for all of them
 * @param maxAheadPerHost downloads that no client waits for, at once from one upstream host
 */
public record QueueSettings(Bandwidth bandwidth, int maxAheadPerHost) {

  static QueueSettings of(Settings main) throws ConfigException {
    return new QueueSettings(
        Bandwidth.of(main),
        main.get(ConfigKey.MAX_DOWNLOADS_PER_MIRROR)
            .as(text -> ValueSyntax.integer(text, 1, 1000)));
  }
}
