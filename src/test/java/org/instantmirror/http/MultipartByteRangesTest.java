package org.instantmirror.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 14.6. */
class MultipartByteRangesTest {

  private static final String TYPE = "application/x-rpm";

  @Test
  void bodyLooksAsInTheRfc() {
    byte[] content = "0123456789".getBytes(ISO_8859_1);
    var multipart = multipart(10, TYPE, "THIS_SEPARATES", new ByteRange(1, 2), new ByteRange(9, 9));
    assertThat(multipart.contentType()).isEqualTo("multipart/byteranges; boundary=THIS_SEPARATES");
    assertThat(new String(body(multipart, content, 1, 2, 9, 9), ISO_8859_1))
        .isEqualTo(
            """
            \r
            --THIS_SEPARATES\r
            Content-Type: application/x-rpm\r
            Content-Range: bytes 1-2/10\r
            \r
            12\r
            --THIS_SEPARATES\r
            Content-Type: application/x-rpm\r
            Content-Range: bytes 9-9/10\r
            \r
            9\r
            --THIS_SEPARATES--\r
            """);
  }

  @Test
  void partsOfAnUntypedFileHaveNoType() {
    var multipart = multipart(10, null, "b", new ByteRange(1, 2));
    assertThat(new String(multipart.partHeader(0), ISO_8859_1))
        .isEqualTo("\r\n--b\r\nContent-Range: bytes 1-2/10\r\n\r\n");
  }

  @Test
  void overlongTypeIsLeftOut() {
    assertThat(headerOf("t".repeat(80))).contains("\r\nContent-Type: ttt");
    assertThat(headerOf("t".repeat(81))).doesNotContain("Content-Type");
  }

  @Test
  void numbersOfAnyLengthAreCounted() {
    long total = 5_000_000_000_000_000_000L;
    var multipart = multipart(total, TYPE, "b", new ByteRange(total - 1, total - 1));
    assertThat(multipart.contentLength())
        .isEqualTo(multipart.partHeader(0).length + 1 + multipart.end().length);
  }

  @Test
  void boundaryIsRandomAndFitsEveryClient() {
    SplittableRandom random = new SplittableRandom(1);
    String one = MultipartByteRanges.boundary(random);
    assertThat(one).matches("[0-9a-f]{32}").isNotEqualTo(MultipartByteRanges.boundary(random));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\r\n", "a.b", "a\"", "123456789012345678901234567890123"})
  void boundaryThatAClientMightMisreadIsRefused(String boundary) {
    assertThatThrownBy(() -> multipart(10, TYPE, boundary, new ByteRange(1, 2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b\r\nX: y", "a/b\n", "a/\u0000b"})
  void typeThatWouldAddFieldsIsRefused(String type) {
    assertThatThrownBy(() -> multipart(10, type, "b", new ByteRange(1, 2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rangesBeyondTheEndOrNoneAreRefused() {
    assertThatThrownBy(() -> multipart(10, TYPE, "b", new ByteRange(1, 10)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> multipart(10, TYPE, "b")).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void bodyParsesBackToTheSlicesAndHasTheLengthThatIsSaid(
      @ForAll("rangeLists") List<ByteRange> ranges,
      @ForAll @IntRange(min = 2000, max = 12_000) int length,
      @ForAll("types") @Nullable String type,
      @ForAll long seed) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    String boundary = MultipartByteRanges.boundary(new SplittableRandom(seed));
    var multipart = new MultipartByteRanges(ranges, length, type, boundary);

    long[] bounds =
        ranges.stream()
            .flatMapToLong(range -> LongStream.of(range.first(), range.last()))
            .toArray();
    byte[] body = body(multipart, content, bounds);

    assertThat(body.length).isEqualTo(multipart.contentLength());
    List<Part> parts = parse(body, multipart.contentType());
    assertThat(parts).hasSameSizeAs(ranges);
    for (int i = 0; i < ranges.size(); i++) {
      ByteRange range = ranges.get(i);
      assertThat(parts.get(i).contentRange())
          .isEqualTo(new ContentRange(range.first(), range.last(), length));
      assertThat(parts.get(i).type()).isEqualTo(type);
      assertThat(parts.get(i).content())
          .isEqualTo(new String(slice(content, range.first(), range.last()), ISO_8859_1));
    }
  }

  @Provide
  Arbitrary<List<ByteRange>> rangeLists() {
    Arbitrary<Integer> first = Arbitraries.integers().between(0, 1000);
    Arbitrary<Integer> more = Arbitraries.integers().between(0, 999);
    return Combinators.combine(first, more)
        .as((start, extra) -> new ByteRange(start, start + extra))
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<String> types() {
    return Arbitraries.of(TYPE, "text/xml; charset=utf-8", "a/\u00fc").injectNull(0.2);
  }

  private static String headerOf(String type) {
    var multipart = multipart(10, type, "b", new ByteRange(1, 2));
    return new String(multipart.partHeader(0), ISO_8859_1);
  }

  private static MultipartByteRanges multipart(
      long total, @Nullable String type, String boundary, ByteRange... ranges) {
    return new MultipartByteRanges(List.of(ranges), total, type, boundary);
  }

  /** The body as a server assembles it, of the ranges that begin and end at {@code bounds}. */
  private static byte[] body(MultipartByteRanges multipart, byte[] content, long... bounds) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int i = 0; i < bounds.length / 2; i++) {
      body.writeBytes(multipart.partHeader(i));
      body.writeBytes(slice(content, bounds[2 * i], bounds[2 * i + 1]));
    }
    body.writeBytes(multipart.end());
    return body.toByteArray();
  }

  private static byte[] slice(byte[] content, long first, long last) {
    return Arrays.copyOfRange(content, (int) first, (int) last + 1);
  }

  private record Part(ContentRange contentRange, @Nullable String type, String content) {}

  /** A reader by the delimiters alone (RFC 2046 section 5.1.1): it doesn't trust Content-Range. */
  private static List<Part> parse(byte[] body, String contentType) {
    String boundary = contentType.substring(contentType.indexOf("boundary=") + 9);
    String text = new String(body, ISO_8859_1);
    assertThat(text).startsWith("\r\n--" + boundary + "\r\n").endsWith("--\r\n");
    String[] pieces = text.split("\r\n--" + boundary, -1);
    assertThat(pieces[0]).isEmpty();
    assertThat(pieces[pieces.length - 1]).isEqualTo("--\r\n");
    List<Part> parts = new ArrayList<>();
    for (String piece : Arrays.asList(pieces).subList(1, pieces.length - 1)) {
      int end = piece.indexOf("\r\n\r\n");
      ContentRange contentRange = null;
      String type = null;
      for (String line : piece.substring(2, end).split("\r\n", -1)) {
        if (line.startsWith("Content-Range: ")) {
          contentRange = ContentRange.parse(line.substring(15)).orElseThrow();
        } else {
          assertThat(line).startsWith("Content-Type: ");
          type = line.substring(14);
        }
      }
      if (contentRange == null) {
        throw new AssertionError("a part without Content-Range: " + piece.substring(0, end));
      }
      parts.add(new Part(contentRange, type, piece.substring(end + 4)));
    }
    return parts;
  }
}
