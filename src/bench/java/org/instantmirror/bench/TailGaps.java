package org.instantmirror.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * One client that reads a file while it comes: how long the first byte takes, the longest time in
 * which nothing came after that, and how long all of it took.
 */
public final class TailGaps {
  private static final Set<String> OPTIONS = Set.of("url", "file");

  private TailGaps() {}

  /**
   * Options: {@code --url} of {@code --file}. Prints milliseconds to the first byte, milliseconds of
   * the longest gap, and seconds.
   *
   * @throws IOException if it isn't that file
   */
  public static void main(String[] args) throws IOException {
    Arguments options = Arguments.parse(args, OPTIONS);
    URI uri = URI.create(options.required("url"));
    long begin = System.nanoTime();
    long firstByte = 0;
    long longest = 0;
    long last = begin;
    byte[] theirs = new byte[64 * 1024];
    try (InputStream expected = Files.newInputStream(Path.of(options.required("file")));
        InputStream body = uri.toURL().openStream()) {
      for (int count = body.read(theirs); count >= 0; count = body.read(theirs)) {
        long now = System.nanoTime();
        longest = firstByte == 0 ? 0 : Math.max(longest, now - last);
        firstByte = firstByte == 0 ? now - begin : firstByte;
        last = now;
        byte[] ours = expected.readNBytes(count);
        if (!Arrays.equals(ours, 0, ours.length, theirs, 0, count)) {
          throw new IOException("not the file");
        }
      }
      if (expected.read() >= 0) {
        throw new IOException("not all of the file");
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%.0f %.0f %.3f%n",
        firstByte / 1e6,
        longest / 1e6,
        (System.nanoTime() - begin) / 1e9);
  }
}
