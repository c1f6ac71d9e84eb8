package org.instantmirror.usage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.Evr;
import org.instantmirror.repodata.EvrOrder;
import org.instantmirror.repodata.PackageNeeds;

/**
 * All packages of some repositories, with what they need of each other by name. To be filled in two
 * passes over the lists of packages: the first, {@link #add}, gives the packages and what they
 * need; the second, {@link #addProviders}, who provides what somebody needs. So it holds nothing of
 * what is provided and nobody needs, which is most. For one thread.
 */
public final class PackageCatalog {

  private static final int[] NONE = {};

  private final List<Item> items = new ArrayList<>();
  private final Map<String, int[]> byName = new HashMap<>();
  private final Map<String, Integer> needs = new HashMap<>();
  private final List<String> capabilities = new ArrayList<>();
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, Integer> archs = new HashMap<>();
  private int[][] providers = {};

  /** For the second pass: the number of the next package. */
  private int cursor;

  /** A package. */
  static final class Item {
    private final EntryKey key;
    private final String name;
    private final Evr evr;
    private final String arch;
    private final int[] needs;

    Item(EntryKey key, String name, Evr evr, String arch, int[] needs) {
      this.key = key;
      this.name = name;
      this.evr = evr;
      this.arch = arch;
      this.needs = needs;
    }

    EntryKey key() {
      return key;
    }

    String name() {
      return name;
    }

    Evr evr() {
      return evr;
    }

    String arch() {
      return arch;
    }

    /** Numbers of what it needs: {@link #provider} knows by whom that is provided. */
    IntStream needs() {
      return Arrays.stream(needs);
    }
  }

  /**
   * First pass: a package.
   *
   * @param key of its file
   */
  public void add(EntryKey key, PackageNeeds found, boolean withNeeds) {
    String name = shared(found.entry().name());
    String arch = shared(found.entry().arch());
    int[] numbers =
        withNeeds
            ? found.requires().stream()
                // Rich dependencies are a language of their own (rpm-dependencies(7)).
                .filter(need -> !need.startsWith("("))
                .mapToInt(this::number)
                .distinct()
                .toArray()
            : NONE;
    byName.merge(name, new int[] {items.size()}, PackageCatalog::both);
    archs.merge(arch, 1, Integer::sum);
    items.add(new Item(key, name, found.entry().evr(), arch, numbers));
  }

  private String shared(String text) {
    return texts.computeIfAbsent(text, same -> same);
  }

  private int number(String need) {
    Integer known = needs.putIfAbsent(need, needs.size());
    if (known != null) {
      return known;
    }
    capabilities.add(need);
    return needs.size() - 1;
  }

  private static int[] both(int[] some, int[] more) {
    int[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  /** Second pass: the same packages in the same order, each of them. */
  public void addProviders(PackageNeeds found) {
    if (providers.length < needs.size()) {
      providers = Arrays.copyOf(providers, needs.size());
    }
    int item = cursor++;
    found.provides().forEach(capability -> provides(item, capability));
    found.files().forEach(file -> provides(item, file));
    // Each package provides its own name, whatever the list says.
    provides(item, found.entry().name());
  }

  private void provides(int item, String capability) {
    Integer need = needs.get(capability);
    if (need == null) {
      return;
    }
    int[] known = providers[need];
    if (known == null) {
      providers[need] = new int[] {item};
    } else if (known[known.length - 1] != item) {
      providers[need] = both(known, new int[] {item});
    }
  }

  /** Those who provide what has that number. */
  int[] provider(int need) {
    int[] known = need < providers.length ? providers[need] : null;
    return known == null ? NONE : known;
  }

  /** What has that number. */
  String capability(int need) {
    return capabilities.get(need);
  }

  Item item(int number) {
    return items.get(number);
  }

  /** How many packages there are. */
  public int size() {
    return items.size();
  }

  /** The names that there are. */
  Iterable<String> names() {
    return byName.keySet();
  }

  /** The packages of a name; none if there is no such name. */
  int[] named(String name) {
    return byName.getOrDefault(name, NONE);
  }

  /**
   * The architecture that most packages have, beside noarch and sources: what is meant where none
   * is named. Empty if there is none.
   */
  String mainArch() {
    return archs.entrySet().stream()
        .filter(
            entry ->
                !entry.getKey().equals("noarch")
                    && !entry.getKey().equals("src")
                    && !entry.getKey().equals("nosrc"))
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  /** Whether there is such an architecture. */
  boolean hasArch(String arch) {
    return archs.containsKey(arch);
  }

  /** Whether no other package has the same name and architecture and a newer version. */
  boolean isNewest(int number) {
    Item item = items.get(number);
    for (int other : named(item.name)) {
      Item each = items.get(other);
      int order = EvrOrder.OLDEST_FIRST.compare(each.evr, item.evr);
      // Of equal ones the first is it, so that there is one.
      if (each.arch.equals(item.arch) && (order > 0 || (order == 0 && other < number))) {
        return false;
      }
    }
    return true;
  }
}
