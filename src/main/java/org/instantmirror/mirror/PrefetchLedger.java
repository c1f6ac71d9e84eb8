package org.instantmirror.mirror;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Properties;
import org.instantmirror.usage.DailyBudget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was spent of the day's budget, kept over a restart. What a crash loses of it is what came in
 * the last seconds: a budget isn't money. For one thread.
 */
final class PrefetchLedger {

  private static final Logger LOG = LoggerFactory.getLogger(PrefetchLedger.class);

  private final Path file;
  private DailyBudget budget;
  private boolean changed;

  /**
   * Reads what an earlier process has left.
   *
   * @param file may be missing, as may its folder
   */
  PrefetchLedger(Path file, LocalDate today) {
    this.file = file;
    this.budget = read(file).on(today);
  }

  private static DailyBudget read(Path file) {
    Properties fields = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      fields.load(in);
      return new DailyBudget(
          LocalDate.parse(fields.getProperty("day", "")),
          Long.parseLong(fields.getProperty("spent", "")));
    } catch (NoSuchFileException e) {
      return new DailyBudget(LocalDate.EPOCH, 0);
    } catch (IOException | DateTimeException | IllegalArgumentException e) {
      LOG.warn("{} can't be read, so the day's budget begins anew: {}", file, e.toString());
      return new DailyBudget(LocalDate.EPOCH, 0);
    }
  }

  /** As it stands on that day. */
  DailyBudget on(LocalDate today) {
    budget = budget.on(today);
    return budget;
  }

  /** So many bytes came. */
  void spend(long bytes, LocalDate today) {
    budget = budget.on(today).spend(bytes);
    changed = true;
  }

  /** Writes what has changed since the last time. */
  void save() {
    if (!changed) {
      return;
    }
    changed = false;
    Properties fields = new Properties();
    fields.setProperty("day", budget.day().toString());
    fields.setProperty("spent", Long.toString(budget.spent()));
    Path next = file.resolveSibling(file.getFileName() + ".new");
    try {
      try (Writer out = Files.newBufferedWriter(next, StandardCharsets.UTF_8)) {
        fields.store(out, null);
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("what was spent of prefetch_budget can't be saved: {}", e.toString());
    }
  }
}
