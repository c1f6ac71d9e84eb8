package org.instantmirror.repo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code [main]} says of learning what clients use.
 *
 * @param learns whether it is learnt, from reports and requests
 * @param reporters who may report; null stands for all
 * @param metricsClients who may read {@code /metrics}
 */
public record UsageSettings(
    boolean learns, @Nullable List<AddressRange> reporters, List<AddressRange> metricsClients) {

  /** Copies the lists. */
  public UsageSettings {
    reporters = reporters == null ? null : List.copyOf(reporters);
    metricsClients = List.copyOf(metricsClients);
  }

  static UsageSettings of(Settings main) throws ConfigException {
    Setting reporters = main.get(ConfigKey.USAGE_CLIENTS);
    return new UsageSettings(
        main.get(ConfigKey.USAGE).as(ValueSyntax::yesOrNo),
        reporters.text().equalsIgnoreCase("all") ? null : reporters.as(ValueSyntax::addressRanges),
        main.get(ConfigKey.METRICS_CLIENTS).as(ValueSyntax::addressRanges));
  }

  /** Whether a client at that address may report. */
  public boolean mayReport(String address) {
    return reporters == null || reporters.stream().anyMatch(range -> range.contains(address));
  }
}
