package org.instantmirror.upstream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.HttpMessageParserFactory;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.message.LazyLaxLineParser;
import org.apache.hc.core5.util.CharArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Parses the heads of answers on one connection, with checks that the library's parser lacks: a
 * head that breaks off is a break (the library takes the end of the stream for the end of the head,
 * so that half a 404 would count as one), a head that comes byte by byte ends in a time-out, and so
 * do endless interim answers. One thread at a time, like its connection.
 */
final class AnswerHeadParser implements HttpMessageParser<ClassicHttpResponse> {

  /** Nobody sends more 1xx answers to a GET in good faith. */
  private static final int MAX_INTERIM = 8;

  private static final int FIRST_FINAL_STATUS = 200;
  private static final String CLOSED_WITHIN = "closed within the head";

  private final HttpMessageParser<ClassicHttpResponse> parser;
  private final long timeoutNanos;
  private final LongSupplier nanoClock;
  private int interim;

  private AnswerHeadParser(
      HttpMessageParser<ClassicHttpResponse> parser, Duration timeout, LongSupplier nanoClock) {
    this.parser = parser;
    this.timeoutNanos = timeout.toNanos();
    this.nanoClock = nanoClock;
  }

  /**
   * Parsers for connections on which a head must be here within {@code timeout}, or at most twice
   * that.
   *
   * @param limits on the lines and their number
   */
  static HttpMessageParserFactory<ClassicHttpResponse> factory(
      Http1Config limits, Duration timeout, LongSupplier nanoClock) {
    DefaultHttpResponseParserFactory parsers =
        new DefaultHttpResponseParserFactory(limits, new CleanLineParser(), null);
    return new HttpMessageParserFactory<>() {
      @Override
      public HttpMessageParser<ClassicHttpResponse> create() {
        return new AnswerHeadParser(parsers.create(), timeout, nanoClock);
      }

      @Override
      @SuppressWarnings("deprecation") // Abstract all the same; the limits are known already.
      public HttpMessageParser<ClassicHttpResponse> create(Http1Config config) {
        return create();
      }
    };
  }

  /** Returns null where the connection was closed before the first byte, as the library does. */
  @Override
  public @Nullable ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in)
      throws IOException, HttpException {
    if (interim == 0 && buffer.length() > 0) {
      // Its Content-Length was too short. What follows would be read as the answer to our request;
      // the caller asks again on another connection.
      throw new NoHttpResponseException("bytes beyond the end of the answer before");
    }
    HeadStream head = new HeadStream(in, nanoClock.getAsLong());
    ClassicHttpResponse response;
    try {
      response = parser.parse(buffer, head);
    } catch (HttpException e) {
      if (head.ended) {
        throw new ConnectionClosedException(CLOSED_WITHIN, e);
      }
      throw e;
    }
    if (response == null) {
      return null;
    }
    if (head.ended) {
      throw new ConnectionClosedException(CLOSED_WITHIN);
    }
    interim = response.getCode() < FIRST_FINAL_STATUS ? interim + 1 : 0;
    if (interim > MAX_INTERIM) {
      throw new ProtocolException("more than " + MAX_INTERIM + " interim answers");
    }
    return response;
  }

  /**
   * Refuses CR and NUL within a field, which RFC 9110 section 5.5 calls dangerous: others could
   * read two fields where we read one. The library would pass them on as spaces.
   */
  private static final class CleanLineParser extends LazyLaxLineParser {
    @Override
    public Header parseHeader(CharArrayBuffer line) throws ParseException {
      if (line.indexOf('\r') >= 0 || line.indexOf('\0') >= 0) {
        throw new ParseException("CR or NUL in a header field");
      }
      return super.parseHeader(line);
    }
  }

  /** What the parser reads from; the session's buffer fills itself from here only when empty. */
  private final class HeadStream extends FilterInputStream {
    private final long startNanos;
    private boolean ended;

    HeadStream(InputStream in, long startNanos) {
      super(in);
      this.startNanos = startNanos;
    }

    @Override
    public int read() throws IOException {
      requireInTime();
      int read = super.read();
      ended = ended || read < 0;
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      requireInTime();
      int read = super.read(bytes, offset, length);
      ended = ended || read < 0;
      return read;
    }

    private void requireInTime() throws SocketTimeoutException {
      if (nanoClock.getAsLong() - startNanos > timeoutNanos) {
        throw new SocketTimeoutException("the head is not complete");
      }
    }
  }
}
