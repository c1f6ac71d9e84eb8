package org.instantmirror.repodata;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code comps.xml}, the groups of a distribution. Its form, as far as it is used here:
 *
 * <pre>
 * comps       = *( group | environment | any other )
 * group       = *( id | packagelist | any other )
 * packagelist = *packagereq
 * packagereq  = [ @type ] text
 * environment = *( id | grouplist | any other )
 * grouplist   = *groupid
 * </pre>
 *
 * A package of no type is mandatory; optional and conditional ones are left out, as nobody gets
 * them by asking for the group. The document may name its type, as that of Fedora does: the name is
 * passed over. Stateless, so safe for all threads.
 */
public final class CompsReader {
  private static final int MAX_CHARS = 1024;

  /** Of one group; the largest have some thousand. */
  private static final int MAX_MEMBERS = 100_000;

  private CompsReader() {}

  /**
   * Gives each group and environment to {@code sink}, in the order of the file.
   *
   * @param in the file, compressed or not; read to its end and left open
   * @param file names it in messages
   * @return how many there were
   * @throws RepodataException if it is no such file or is beyond the limits; the groups before have
   *     been given out already
   * @throws IOException of the stream or of the sink
   */
  public static int read(InputStream in, String file, ReadLimits limits, Sink<PackageGroup> sink)
      throws IOException {
    try (XmlCursor cursor = XmlCursor.openTyped(in, file, "comps", limits)) {
      int count = 0;
      while (cursor.nextChild(1)) {
        if (cursor.name().equals("group") || cursor.name().equals("environment")) {
          if (++count > limits.items()) {
            throw cursor.fault("it has more than " + limits.items() + " groups");
          }
          sink.accept(group(cursor));
        }
      }
      cursor.finish();
      return count;
    }
  }

  private static PackageGroup group(XmlCursor cursor) throws IOException {
    int own = cursor.depth();
    String id = "";
    List<String> packages = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    while (cursor.nextChild(own)) {
      switch (cursor.name()) {
        case "id" -> id = cursor.text(MAX_CHARS);
        case "packagelist" -> members(cursor, "packagereq", packages);
        case "grouplist" -> members(cursor, "groupid", groups);
        default -> {
          // Names and descriptions in all languages, optional groups.
        }
      }
    }
    if (id.isEmpty()) {
      throw cursor.fault("a group has no id");
    }
    return new PackageGroup(id, packages, groups);
  }

  private static void members(XmlCursor cursor, String element, List<String> into)
      throws IOException {
    int list = cursor.depth();
    while (cursor.nextChild(list)) {
      if (cursor.name().equals(element)) {
        String type = cursor.attribute("type");
        String name = cursor.text(MAX_CHARS);
        boolean comes = type == null || type.equals("mandatory") || type.equals("default");
        if (comes && !name.isEmpty()) {
          into.add(name);
        }
        if (into.size() > MAX_MEMBERS) {
          throw cursor.fault("a group has more than " + MAX_MEMBERS + " members");
        }
      }
    }
  }
}
