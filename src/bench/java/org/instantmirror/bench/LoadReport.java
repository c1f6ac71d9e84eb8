package org.instantmirror.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * How the downloads of one run ended, as lines of {@code key=value}. Seconds are counted from the
 * run's start. "The others" are all clients but the first, or the only one.
 */
final class LoadReport {
  private static final double NANOS_PER_SECOND = 1e9;

  private final List<LoadClient> clients;
  private final long startNanos;
  private final long endNanos;

  LoadReport(List<LoadClient> clients, long startNanos, long endNanos) {
    this.clients = List.copyOf(clients);
    this.startNanos = startNanos;
    this.endNanos = endNanos;
  }

  long wrongBodies() {
    return clients.stream().filter(c -> c.outcome() == LoadClient.Outcome.WRONG).count();
  }

  String text(boolean each) {
    StringBuilder text = new StringBuilder();
    if (each) {
      clients.forEach(client -> line(text, client));
    }
    List<LoadClient> others = clients.size() == 1 ? clients : clients.subList(1, clients.size());
    text.append("clients=").append(clients.size()).append('\n');
    counts("outcome.", LoadReport::outcomeName, text);
    counts("status.", client -> Integer.toString(client.status()), text);
    value(text, "bytes", clients.stream().mapToLong(LoadClient::received).sum());
    value(text, "bytes.least", clients.stream().mapToLong(LoadClient::received).min().orElse(0));
    value(text, "seconds.run", seconds(endNanos));
    value(text, "first.outcome", outcomeName(clients.get(0)));
    value(text, "first.seconds", seconds(clients.get(0).endNanos()));
    spread(text, "others.seconds", others, LoadClient::endNanos);
    spread(text, "others.firstbyte", others, LoadClient::firstByteNanos);
    return text.toString();
  }

  private void line(StringBuilder text, LoadClient client) {
    text.append(
        String.format(
            Locale.ROOT,
            "client=%d outcome=%s status=%d bytes=%d firstbyte=%s seconds=%s%n",
            client.number(),
            outcomeName(client),
            client.status(),
            client.received(),
            seconds(client.firstByteNanos()),
            seconds(client.endNanos())));
  }

  private void counts(String prefix, Function<LoadClient, String> property, StringBuilder text) {
    Map<String, Long> counts =
        clients.stream()
            .collect(Collectors.groupingBy(property, TreeMap::new, Collectors.counting()));
    counts.forEach((name, count) -> value(text, prefix + name, count));
  }

  private void spread(
      StringBuilder text, String key, List<LoadClient> of, ToLongFunction<LoadClient> moment) {
    long[] moments = of.stream().mapToLong(moment).filter(nanos -> nanos >= 0).sorted().toArray();
    if (moments.length > 0) {
      value(text, key + ".median", seconds(moments[moments.length / 2]));
      value(text, key + ".last", seconds(moments[moments.length - 1]));
    }
    value(text, key + ".count", moments.length);
  }

  private static void value(StringBuilder text, String key, Object value) {
    text.append(key).append('=').append(value).append('\n');
  }

  private static String outcomeName(LoadClient client) {
    return client.outcome().name().toLowerCase(Locale.ROOT);
  }

  private String seconds(long nanos) {
    return nanos < 0
        ? "-"
        : String.format(Locale.ROOT, "%.4f", (nanos - startNanos) / NANOS_PER_SECOND);
  }
}
