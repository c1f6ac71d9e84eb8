package org.instantmirror.repo;

/**
 * Which files are fetched from several mirrors at once.
 *
 * @param least so many bytes, at least 1, and a listed checksum
 * @param most segments at once; at least 1, which is for none
 * @param perUpstream of these from one mirror; at least 1
 */
public record Segmentation(long least, int most, int perUpstream) {

  /** What holds where nobody says anything. */
  public static final Segmentation USUAL = new Segmentation(64 << 20, 4, 1);

  static Segmentation of(Settings settings) throws ConfigException {
    return new Segmentation(
        settings.get(ConfigKey.SEGMENT_MIN).as(t -> ValueSyntax.size(t, "1M", "1T")),
        settings.get(ConfigKey.SEGMENTS).as(t -> ValueSyntax.integer(t, 1, 16)),
        settings.get(ConfigKey.SEGMENTS_PER_UPSTREAM).as(t -> ValueSyntax.integer(t, 1, 16)));
  }
}
