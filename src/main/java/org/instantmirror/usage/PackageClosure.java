package org.instantmirror.usage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.instantmirror.repo.EntryKey;
import org.instantmirror.repodata.EvrOrder;
import org.instantmirror.repodata.PackageGroup;
import org.instantmirror.usage.PackageCatalog.Item;

/**
 * The packages that are wished, and with them those that they need, as far as names tell. It is no
 * dependency solver: of versions, conflicts, obsoletes, weak and rich dependencies it knows
 * nothing, and what a client has installed already it can't know. Where several packages provide
 * what is needed, one that is chosen already is taken; else one of the same architecture, of that
 * very name, of the shortest name. The newest version counts, unless a wish names another. To be
 * run once, by one thread.
 */
public final class PackageClosure {

  private final PackageCatalog catalog;
  private final Map<String, PackageGroup> groups = new HashMap<>();
  private final String mainArch;
  private final BitSet chosen = new BitSet();
  private final BitSet settled = new BitSet();
  private final Deque<Integer> open = new ArrayDeque<>();
  private final Set<String> notFound = new LinkedHashSet<>();
  private final Set<String> unsatisfied = new LinkedHashSet<>();

  /**
   * What came out.
   *
   * @param packages in the order in which they were found
   * @param notFound wishes that nothing fits
   * @param unsatisfied what packages need and nobody here provides
   */
  public record Result(List<EntryKey> packages, List<String> notFound, List<String> unsatisfied) {}

  /**
   * @param groups those that may be wished; of two with the same id both count
   */
  public PackageClosure(PackageCatalog catalog, Collection<PackageGroup> groups) {
    this.catalog = catalog;
    this.mainArch = catalog.mainArch();
    for (PackageGroup group : groups) {
      this.groups.merge(group.id(), group, PackageClosure::both);
    }
  }

  private static PackageGroup both(PackageGroup one, PackageGroup other) {
    List<String> packages = new ArrayList<>(one.packages());
    packages.addAll(other.packages());
    List<String> within = new ArrayList<>(one.groups());
    within.addAll(other.groups());
    return new PackageGroup(one.id(), packages, within);
  }

  /** Of these wishes. */
  public Result of(List<WarmWish> wishes) {
    Set<String> excludedGroups = new HashSet<>();
    List<Pattern> excluded = new ArrayList<>();
    for (WarmWish wish : wishes) {
      if (wish instanceof WarmWish.Without without) {
        if (without.pattern().startsWith("@")) {
          excludedGroups.add(without.pattern().replaceFirst("^@\\^?", ""));
        } else {
          excluded.add(glob(without.pattern()));
        }
      }
    }
    LinkedHashSet<Integer> found = new LinkedHashSet<>();
    for (WarmWish wish : wishes) {
      if (wish instanceof WarmWish.Name name) {
        found.addAll(named(name.pattern()));
      } else if (wish instanceof WarmWish.Build build) {
        found.addAll(built(build));
      } else if (wish instanceof WarmWish.Group group && !excludedGroups.contains(group.id())) {
        found.addAll(grouped(group, excludedGroups));
      }
    }
    found.removeIf(number -> isExcluded(catalog.item(number), excluded));
    found.forEach(this::choose);
    List<EntryKey> packages = new ArrayList<>();
    while (!open.isEmpty()) {
      int number = open.removeFirst();
      packages.add(catalog.item(number).key());
      Item item = catalog.item(number);
      item.needs().forEach(need -> satisfy(need, item));
    }
    return new Result(packages, List.copyOf(notFound), List.copyOf(unsatisfied));
  }

  private static boolean isExcluded(Item item, List<Pattern> excluded) {
    return excluded.stream()
        .anyMatch(
            pattern ->
                pattern.matcher(item.name()).matches()
                    || pattern.matcher(item.name() + "." + item.arch()).matches());
  }

  private void choose(int number) {
    if (!chosen.get(number)) {
      chosen.set(number);
      open.addLast(number);
    }
  }

  /** The newest of each name and architecture that fits; of all architectures if one is named. */
  private List<Integer> named(String pattern) {
    List<Integer> fit = ofPattern(pattern, "");
    int dot = pattern.lastIndexOf('.');
    if (fit.isEmpty() && dot > 0 && catalog.hasArch(pattern.substring(dot + 1))) {
      fit = ofPattern(pattern.substring(0, dot), pattern.substring(dot + 1));
    }
    if (fit.isEmpty()) {
      Optional<WarmWish.Build> build = WarmList.build(pattern);
      if (build.isPresent()) {
        return built(build.get());
      }
      notFound.add(pattern);
    }
    return fit;
  }

  /**
   * The same.
   *
   * @param arch empty for the one that is meant where none is named
   */
  private List<Integer> ofPattern(String pattern, String arch) {
    List<Integer> fit = new ArrayList<>();
    if (isPlain(pattern)) {
      addNewest(catalog.named(pattern), arch, fit);
    } else {
      Pattern glob = glob(pattern);
      for (String name : catalog.names()) {
        if (glob.matcher(name).matches()) {
          addNewest(catalog.named(name), arch, fit);
        }
      }
    }
    return fit;
  }

  private void addNewest(int[] numbers, String arch, List<Integer> into) {
    for (int number : numbers) {
      String own = catalog.item(number).arch();
      boolean meant =
          arch.isEmpty() ? own.equals("noarch") || own.equals(mainArch) : own.equals(arch);
      if (meant && catalog.isNewest(number)) {
        into.add(number);
      }
    }
  }

  private List<Integer> built(WarmWish.Build build) {
    List<Integer> fit = new ArrayList<>();
    Pattern release = glob(build.release());
    Pattern arch = glob(build.arch());
    for (int number : catalog.named(build.name())) {
      Item item = catalog.item(number);
      Long epoch = build.epoch();
      if (item.evr().version().equals(build.version())
          && (epoch == null || item.evr().epoch() == epoch)
          && release.matcher(item.evr().release()).matches()
          && arch.matcher(item.arch()).matches()
          && !item.arch().equals("src")) {
        fit.add(number);
      }
    }
    if (fit.isEmpty()) {
      notFound.add(
          build.name() + "-" + build.version() + "-" + build.release() + "." + build.arch());
    }
    return fit;
  }

  private List<Integer> grouped(WarmWish.Group wish, Set<String> excludedGroups) {
    PackageGroup group = groups.get(wish.id());
    if (group == null) {
      if (!wish.optional()) {
        notFound.add("@" + wish.id());
      }
      return List.of();
    }
    List<Integer> found = new ArrayList<>();
    group.packages().forEach(name -> found.addAll(ofPattern(name, "")));
    for (String within : group.groups()) {
      PackageGroup each = groups.get(within);
      if (each != null && !excludedGroups.contains(within)) {
        each.packages().forEach(name -> found.addAll(ofPattern(name, "")));
      }
    }
    return found;
  }

  private void satisfy(int need, Item by) {
    if (settled.get(need)) {
      return;
    }
    settled.set(need);
    int[] providers = catalog.provider(need);
    int best = -1;
    for (int provider : providers) {
      if (chosen.get(provider)) {
        return;
      }
      if (catalog.isNewest(provider)
          && (best < 0 || isBetter(provider, best, catalog.capability(need), by))) {
        best = provider;
      }
    }
    if (best < 0) {
      unsatisfied.add(catalog.capability(need));
    } else {
      choose(best);
    }
  }

  private boolean isBetter(int one, int other, String capability, Item by) {
    Item a = catalog.item(one);
    Item b = catalog.item(other);
    String arch = by.arch().equals("noarch") ? mainArch : by.arch();
    int order = Boolean.compare(fits(a, arch), fits(b, arch));
    if (order == 0) {
      order = Boolean.compare(a.name().equals(capability), b.name().equals(capability));
    }
    if (order == 0) {
      order = Integer.compare(b.name().length(), a.name().length());
    }
    if (order == 0) {
      order = b.name().compareTo(a.name());
    }
    if (order == 0) {
      order = EvrOrder.OLDEST_FIRST.compare(a.evr(), b.evr());
    }
    return order > 0;
  }

  private static boolean fits(Item item, String arch) {
    return item.arch().equals(arch) || item.arch().equals("noarch");
  }

  private static boolean isPlain(String pattern) {
    return pattern.chars().noneMatch(c -> c == '*' || c == '?' || c == '[');
  }

  /** A shell's pattern; what isn't one is itself. */
  private static Pattern glob(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      int end = c == '[' ? pattern.indexOf(']', i + 2) : -1;
      if (c == '*') {
        if (i == 0 || pattern.charAt(i - 1) != '*') {
          regex.append(".*");
        }
      } else if (c == '?') {
        regex.append('.');
      } else if (end > 0) {
        String set = pattern.substring(i + 1, end).replaceAll("([\\\\\\[&^])", "\\\\$1");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = end;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString());
  }
}
