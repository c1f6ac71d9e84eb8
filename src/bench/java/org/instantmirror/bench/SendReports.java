package org.instantmirror.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/**
 * Reports of many clients of one day, as the plugin sends them, each from an address of its own and
 * on a connection of its own. A third of a client's packages are those that all have, the others are
 * drawn from {@code --names} by Zipf's law. Prints how long it took until all were taken, the
 * answers' times in milliseconds, and how often the server said 503.
 *
 * <p>On day 0 each reports what it has. On the others {@code --changed} of a hundred clients have
 * one package less and another one more and twenty updates, the others report "unchanged".
 */
public final class SendReports {
  private static final int THREADS = 4;
  private static final int UPDATES = 20;
  private static final int DAYS_AGO = 60;

  private final int port;
  private final int packages;
  private final int day;
  private final int changed;
  private final double[] law;
  private final AtomicInteger busy = new AtomicInteger();

  private SendReports(int port, int packages, int names, int day, int changed) {
    this.port = port;
    this.packages = packages;
    this.day = day;
    this.changed = changed;
    this.law = new double[names - packages / 3];
    double sum = 0;
    for (int i = 0; i < law.length; i++) {
      sum += 1.0 / (i + 1);
      law[i] = sum;
    }
  }

  public static void main(String[] args) throws Exception {
    Arguments given =
        Arguments.parse(
            args, Set.of("port", "clients", "packages", "names", "day", "changed"));
    int clients = (int) given.number("clients", 10_000);
    SendReports reports =
        new SendReports(
            (int) given.number("port", 8080),
            (int) given.number("packages", 2_000),
            (int) given.number("names", 20_000),
            (int) given.number("day", 0),
            (int) given.number("changed", 10));
    double[] millis = new double[clients];
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    long begin = System.nanoTime();
    for (int i = 0; i < clients; i++) {
      int client = i;
      threads.submit(
          () -> {
            millis[client] = reports.send(client);
            return null;
          });
    }
    threads.shutdown();
    if (!threads.awaitTermination(1, TimeUnit.HOURS)) {
      throw new IllegalStateException("it takes too long");
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    Arrays.sort(millis);
    long failed = Arrays.stream(millis).filter(each -> each <= 0).count();
    System.out.printf(
        Locale.ROOT,
        "%.1f %.1f %.1f %.1f %d %d%n",
        seconds,
        millis[clients / 2],
        millis[(int) (clients * 0.99)],
        millis[clients - 1],
        reports.busy.get(),
        failed);
  }

  private double send(int client) throws IOException, InterruptedException {
    byte[] body = document(client);
    while (true) {
      long begin = System.nanoTime();
      int status = post(client, body);
      if (status == 202) {
        return (System.nanoTime() - begin) / 1e6;
      }
      if (status != 503) {
        System.err.println("client " + client + ": " + status);
        return 0;
      }
      busy.incrementAndGet();
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private int post(int client, byte[] body) throws IOException {
    byte[] address = {127, 1, (byte) (client / 250), (byte) (client % 250 + 1)};
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(address), 0));
      socket.setSoTimeout(60_000);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      String head =
          "POST /api/v1/usage HTTP/1.1\r\nHost: localhost:"
              + port
              + "\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nConnection:"
              + " close\r\nContent-Length: "
              + body.length
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(body);
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return Integer.parseInt(answer.substring(9, 12));
    }
  }

  private byte[] document(int client) throws IOException {
    Random random = new Random(client);
    BitSet has = set(random);
    boolean changes = day > 0 && new Random(client * 1_000L + day).nextInt(100) < changed;
    byte[] id = ByteBuffer.allocate(16).putLong(client).putLong(client * 31L).array();
    StringBuilder json = new StringBuilder(200_000);
    Instant window =
        Instant.now().truncatedTo(ChronoUnit.DAYS).minus(DAYS_AGO - day, ChronoUnit.DAYS);
    json.append("{\"version\":1,\"client\":\"")
        .append(Base64.getUrlEncoder().withoutPadding().encodeToString(id))
        .append("\",\"window\":\"")
        .append(window)
        .append("\",\"period\":86400,\"repos\":{\"bench\":\"/mirror/bench/42/\"},");
    if (day == 0 || changes) {
      if (changes) {
        has.clear(has.previousSetBit(law.length));
        has.set(packages / 3 + random.nextInt(law.length));
      }
      json.append("\"installed\":[");
      has.stream().forEach(name -> json.append('[').append(row(name)).append("],"));
      json.setCharAt(json.length() - 1, ']');
    } else {
      json.append("\"unchanged\":true");
    }
    json.append(",\"changes\":[");
    for (int i = 0; changes && i < UPDATES; i++) {
      json.append(i == 0 ? "" : ",").append("[\"upgrade\",").append(row(i)).append(']');
    }
    json.append("]}");
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(json.toString().getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  private BitSet set(Random random) {
    BitSet has = new BitSet();
    int common = packages / 3;
    has.set(0, common);
    int count = common;
    while (count < packages) {
      int at = Arrays.binarySearch(law, random.nextDouble() * law[law.length - 1]);
      int name = common + (at < 0 ? -at - 1 : at);
      if (!has.get(name)) {
        has.set(name);
        count++;
      }
    }
    return has;
  }

  private static String row(int name) {
    return "\"package-"
        + Integer.toString(name * 7919, 36)
        + "-"
        + name
        + "\",\"0:1."
        + name % 17
        + "-2.fc42\",\"x86_64\",\"bench\"";
  }
}
