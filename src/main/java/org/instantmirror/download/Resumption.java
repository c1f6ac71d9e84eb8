package org.instantmirror.download;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.http.ByteRange;
import org.instantmirror.http.ContentRange;
import org.instantmirror.http.Head;
import org.instantmirror.http.HttpDate;
import org.jspecify.annotations.Nullable;

/**
 * May a transfer that broke go on from where it is? Where the file's checksum is known, and will be
 * compared when it is whole: anywhere, if the total length agrees. Else only with an {@code
 * If-Range} on a strong validator that means something to the server asked (RFC 9110 section
 * 13.1.5), and only if the answer says in each of its fields that it is the same file.
 */
public final class Resumption {

  private Resumption() {}

  /**
   * The {@code If-Range} field to send; empty if that server can't be asked to resume.
   *
   * @param partial what was said of the bytes that are here
   * @param sameServer whether they came from the base URL that is to be asked; entity tags differ
   *     between servers
   */
  public static Optional<String> ifRange(Head partial, boolean sameServer) {
    if (sameServer && partial.etag() != null && !partial.etag().weak()) {
      return Optional.of(partial.etag().toString());
    }
    return partial.lastModified() != null && partial.hasStrongLastModified()
        ? Optional.of(HttpDate.format(partial.lastModified()))
        : Optional.empty();
  }

  /**
   * The fields by which that server is asked to go on; empty if it can't be.
   *
   * @param offset how many bytes are here
   * @param sameFileByChecksum whether the file's checksum is known, and will be compared when it is
   *     whole: then no validator is needed, and where there is none that means something to that
   *     server, {@code Range} goes without {@code If-Range}
   */
  public static List<Map.Entry<String, String>> fields(
      Head partial, long offset, boolean sameServer, boolean sameFileByChecksum) {
    return fields(partial, "bytes=" + offset + "-", sameServer, sameFileByChecksum);
  }

  /**
   * The same for what is missing before bytes that are here.
   *
   * @param part what to ask for
   * @param length the total length
   */
  static List<Map.Entry<String, String>> fields(
      Head partial, ByteRange part, long length, boolean sameServer, boolean sameFileByChecksum) {
    return part.last() + 1 == length
        ? fields(partial, part.first(), sameServer, sameFileByChecksum)
        : fields(partial, "bytes=" + part, sameServer, sameFileByChecksum);
  }

  private static List<Map.Entry<String, String>> fields(
      Head partial, String ranges, boolean sameServer, boolean sameFileByChecksum) {
    Map.Entry<String, String> range = Map.entry("Range", ranges);
    Optional<String> condition = ifRange(partial, sameServer);
    if (sameFileByChecksum && !sameServer) {
      // Another server's date may differ although its file doesn't.
      return List.of(range);
    }
    return condition.isPresent()
        ? List.of(range, Map.entry("If-Range", condition.get()))
        : sameFileByChecksum ? List.of(range) : List.of();
  }

  /**
   * Whether a 206 continues the bytes that are here: it begins where they end, goes to the end, has
   * the same total length, a strong validator that is the same (RFC 9110 section 15.3.7.3), and
   * none that differs. A 206 that says nothing of the file may come from a server that knows ranges
   * and not {@code If-Range}.
   *
   * @param offset how many bytes are here
   * @param length the total length
   * @param sameFileByChecksum whether the file's checksum is known, and will be compared when it is
   *     whole: then another server's validators don't matter
   */
  public static boolean continues(
      Head partial,
      long offset,
      long length,
      boolean sameServer,
      boolean sameFileByChecksum,
      @Nullable String contentRange,
      Head answer) {
    return offset < length
        && isPart(
            partial,
            new ByteRange(offset, length - 1),
            length,
            sameServer,
            sameFileByChecksum,
            contentRange,
            answer);
  }

  /**
   * Whether a 206 is that part of the file whose bytes are here; as {@link #continues}.
   *
   * @param part exactly what was asked for
   */
  static boolean isPart(
      Head partial,
      ByteRange part,
      long length,
      boolean sameServer,
      boolean sameFileByChecksum,
      @Nullable String contentRange,
      Head answer) {
    if (!ContentRange.parse(contentRange).equals(Optional.of(ContentRange.of(part, length)))) {
      return false;
    }
    if (sameFileByChecksum && !sameServer) {
      return true;
    }
    boolean sameDate =
        partial.lastModified() != null && partial.lastModified().equals(answer.lastModified());
    boolean dateDiffers =
        partial.lastModified() != null && answer.lastModified() != null && !sameDate;
    if (!sameServer || partial.etag() == null || answer.etag() == null) {
      return (sameDate && partial.hasStrongLastModified()) || (sameFileByChecksum && !dateDiffers);
    }
    return !dateDiffers
        && partial.etag().equals(answer.etag())
        && (!partial.etag().weak()
            || sameFileByChecksum
            || (sameDate && partial.hasStrongLastModified()));
  }
}
