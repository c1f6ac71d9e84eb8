package org.instantmirror.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * How long the first byte of a range takes: straight from an origin, and through the mirror while
 * that downloads the whole file. A range is one at a time, far ahead of the download or not so far.
 */
public final class FirstByte {
  private static final Set<String> OPTIONS =
      Set.of("origin", "mirror", "file", "count", "bytes-per-second");
  private static final int PART = 50_000;

  private final byte[] content;
  private final Random random = new Random(1);

  private FirstByte(byte[] content) {
    this.content = content;
  }

  /**
   * Options: {@code --origin} and {@code --mirror}, the URLs of {@code --file}; {@code --count} of
   * ranges for each row (30); {@code --bytes-per-second} of the origin (1000000). Prints for each
   * row its name, then milliseconds: median, 9th decile, worst.
   *
   * @throws IOException if an answer isn't the range that was asked for
   */
  public static void main(String[] args) throws Exception {
    Arguments options = Arguments.parse(args, OPTIONS);
    FirstByte client =
        new FirstByte(Files.readAllBytes(Path.of(options.required("file"))));
    URI origin = URI.create(options.required("origin"));
    URI mirror = URI.create(options.required("mirror"));
    int count = (int) options.number("count", 30);
    long rate = options.number("bytes-per-second", 1_000_000);
    client.print("direct", count, origin, () -> client.farAway());
    Download download = new Download(mirror);
    download.thread.start();
    download.awaitFirstByte();
    client.print("far", count, mirror, () -> client.farAway());
    client.print("near", count, mirror, () -> client.nearAhead(download.estimate(rate)));
  }

  /** In the second half, which the download is not to reach meanwhile. */
  private int farAway() {
    return content.length / 2 + random.nextInt(content.length / 2 - PART);
  }

  /** Up to half a second ahead. */
  private int nearAhead(long here) {
    return (int) Math.min(content.length - PART, here + 10_000 + random.nextInt(500_000));
  }

  private interface Place {
    int next();
  }

  private void print(String row, int count, URI uri, Place place) throws IOException {
    double[] millis = new double[count];
    for (int i = 0; i < count; i++) {
      millis[i] = measure(uri, place.next());
    }
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "%s %.0f %.0f %.0f%n",
        row,
        millis[count / 2],
        millis[count * 9 / 10],
        millis[count - 1]);
  }

  private double measure(URI uri, int first) throws IOException {
    long begin = System.nanoTime();
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestProperty("Range", "bytes=" + first + "-" + (first + PART - 1));
    try (InputStream in = connection.getInputStream()) {
      int head = in.read();
      double millis = (System.nanoTime() - begin) / 1e6;
      byte[] rest = in.readAllBytes();
      boolean right =
          connection.getResponseCode() == 206
              && head == (content[first] & 0xff)
              && Arrays.equals(rest, 0, rest.length, content, first + 1, first + PART);
      if (!right) {
        throw new IOException("not the bytes from " + first + " on");
      }
      return millis;
    }
  }

  /** The client whose download the others run ahead of. */
  private static final class Download {
    private final URI uri;
    private final Thread thread = new Thread(this::run, "download");
    private volatile long beganNanos;

    Download(URI uri) {
      this.uri = uri;
      thread.setDaemon(true);
    }

    private void run() {
      try (InputStream in = uri.toURL().openStream()) {
        in.read();
        beganNanos = System.nanoTime();
        in.transferTo(java.io.OutputStream.nullOutputStream());
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    void awaitFirstByte() throws InterruptedException {
      while (beganNanos == 0) {
        Thread.sleep(1);
      }
    }

    /** How many bytes should be here. */
    long estimate(long bytesPerSecond) {
      return (System.nanoTime() - beganNanos) * bytesPerSecond / TimeUnit.SECONDS.toNanos(1);
    }
  }
}
