package org.instantmirror.repodata;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a mirror list: a URL a line, of the folder that holds {@code repodata/}. Empty lines and
 * those that begin with {@code #} don't count, nor do those that aren't a URL, as some lists say
 * something in plain words. Stateless, so safe for all threads.
 */
public final class MirrorlistReader {
  private static final int MOST_SHOWN = 80;

  private MirrorlistReader() {}

  /**
   * Reads the whole list.
   *
   * @param in read to its end and left open
   * @param file names it in messages
   * @return the absolute URLs in the order of the list, at least one; variables in them are left as
   *     they are
   * @throws RepodataException if it holds no URL (but an error page), or is beyond the limits
   * @throws IOException of the stream
   */
  public static List<URI> read(InputStream in, String file, ReadLimits limits) throws IOException {
    List<URI> urls = new ArrayList<>();
    String first = "";
    try (InputStream open = Decompression.open(in, file, limits)) {
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(open, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
          continue;
        }
        first = first.isEmpty() ? text : first;
        Urls.parse(text).ifPresent(urls::add);
        if (urls.size() > limits.items()) {
          throw new RepodataException(file + ": it has more than " + limits.items() + " URLs");
        }
      }
    }
    if (urls.isEmpty()) {
      throw new RepodataException(
          file
              + ": it holds no URL, but begins with '"
              + first
                  .substring(0, Math.min(MOST_SHOWN, first.length()))
                  .replaceAll("\\p{Cntrl}", "?")
              + "'");
    }
    return List.copyOf(urls);
  }
}
