package org.instantmirror.download;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instantmirror.freshness.Comparison;
import org.instantmirror.freshness.Revalidation;
import org.instantmirror.http.Head;
import org.instantmirror.store.PartialEntry;
import org.instantmirror.store.StorageException;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.instantmirror.upstream.Cancellation;
import org.instantmirror.upstream.UpstreamClient;
import org.instantmirror.upstream.UpstreamException;
import org.instantmirror.upstream.UpstreamRequest;
import org.instantmirror.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request to one upstream on behalf of a download: a conditional one if something is stored, a
 * ranged one if some bytes are here already, else a plain one; and what its answer means. Runs on
 * the download's thread; {@link #stop} may be called from any.
 */
final class Attempt {

  private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

  /** Bytes read from upstream at once; what one transfer costs in memory. */
  private static final int BUFFER = 64 * 1024;

  private static final ThreadLocal<ByteBuffer> BUFFERS =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER));

  private final Download download;
  private final Order order;
  private final Store store;
  private final UpstreamClient client;
  private final URI uri;
  private final @Nullable StoredEntry stored;

  private @Nullable PartialEntry partial;
  private @Nullable UpstreamResponse response;
  private final Cancellation cancellation = new Cancellation();

  /**
   * @param uri where to ask
   * @param stored what is to be validated, or null
   * @param partial the bytes that are here already, or null
   */
  Attempt(
      Download download,
      Store store,
      UpstreamClient client,
      URI uri,
      @Nullable StoredEntry stored,
      @Nullable PartialEntry partial) {
    this.download = download;
    this.order = download.order();
    this.store = store;
    this.client = client;
    this.uri = uri;
    this.stored = stored;
    this.partial = partial;
  }

  /** The bytes that are here after the attempt; null if there are none worth keeping. */
  @Nullable PartialEntry partial() {
    return partial;
  }

  /** Gives the transfer up; {@link #run} returns {@link AttemptResult.Stopped} soon. */
  void stop() {
    cancellation.cancel();
  }

  AttemptResult run() {
    try {
      return partial == null ? startFresh() : resume(partial);
    } catch (UpstreamException fault) {
      if (cancellation.isCancelled()) {
        return new AttemptResult.Stopped();
      }
      // A resumed transfer may break between the file's last byte and the answer's end.
      return isWhole() ? new AttemptResult.Whole(true) : failed(fault);
    } catch (StorageException fault) {
      return new AttemptResult.NotStored(fault);
    }
  }

  private boolean isWhole() {
    return download.phase() == Phase.STREAMING
        && partial != null
        && partial.size() == partial.length();
  }

  private AttemptResult resume(PartialEntry bytes) throws UpstreamException, StorageException {
    boolean sameServer = uri.equals(bytes.source());
    Optional<String> ifRange = Resumption.ifRange(bytes.head(), sameServer);
    if (ifRange.isEmpty() || bytes.length() < 0) {
      return startAnew();
    }
    List<Map.Entry<String, String>> fields =
        List.of(
            Map.entry("Range", "bytes=" + bytes.size() + "-"),
            Map.entry("If-Range", ifRange.get()));
    try (Exchange answer = ask("GET", fields)) {
      int status = answer.response.status();
      if (status == 206) {
        boolean continues =
            Resumption.continues(
                bytes.head(),
                bytes.size(),
                bytes.length(),
                sameServer,
                answer.response.header("Content-Range").orElse(null),
                answer.response.head());
        return continues ? stream(answer.response, bytes) : startAnew();
      }
      if (status == 200 && download.phase() != Phase.STREAMING) {
        discardPartial();
        return accept(answer.response);
      }
      return status == 200 || status == 416 ? startAnew() : refusal(answer.response);
    }
  }

  /** The bytes that are here are no use: forget them, unless a client may have some. */
  private AttemptResult startAnew() {
    if (download.phase() == Phase.STREAMING) {
      return new AttemptResult.Changed();
    }
    discardPartial();
    return new AttemptResult.Anew();
  }

  private void discardPartial() {
    if (partial != null) {
      partial.discard();
      partial = null;
    }
  }

  private AttemptResult startFresh() throws UpstreamException, StorageException {
    List<Map.Entry<String, String>> conditions = List.of();
    if (stored != null) {
      Revalidation question = Revalidation.of(stored.response(), sameServerAsStored());
      if (question.byHead()) {
        Optional<AttemptResult> answer = askByHead();
        if (answer.isPresent()) {
          return answer.get();
        }
      }
      conditions = question.conditions();
    }
    try (Exchange answer = ask("GET", conditions)) {
      if (answer.response.status() == 200) {
        return accept(answer.response);
      }
      if (answer.response.status() == 304 && stored != null && !conditions.isEmpty()) {
        return new AttemptResult.Confirmed(notModified(stored.head(), answer.response.head()), 304);
      }
      return refusal(answer.response);
    }
  }

  /** Empty if a GET has to follow. */
  private Optional<AttemptResult> askByHead() throws UpstreamException {
    try (Exchange answer = ask("HEAD", List.of())) {
      int status = answer.response.status();
      if (status == 200) {
        return confirmed(answer.response);
      }
      // A server that knows no HEAD is asked with GET.
      return status == 404 || status == 410
          ? Optional.of(new AttemptResult.NotThere())
          : Optional.empty();
    }
  }

  /** A 200 means "the same" or "an older one" just as well as "a newer one". */
  private Optional<AttemptResult> confirmed(UpstreamResponse answer) {
    if (stored == null) {
      return Optional.empty();
    }
    Comparison comparison =
        Comparison.of(
            stored.response(),
            order.fileClass(),
            answer.head(),
            contentLength(answer),
            sameServerAsStored());
    return switch (comparison) {
      case NEWER -> Optional.empty();
      case OLDER -> Optional.of(new AttemptResult.Confirmed(stored.head(), 200));
      case SAME ->
          Optional.of(
              new AttemptResult.Confirmed(
                  stored.origin() == StoredEntry.Origin.FETCHED ? stored.head() : answer.head(),
                  200));
    };
  }

  static long contentLength(UpstreamResponse answer) {
    // The framing of an answer to HEAD says nothing of the length; its field does.
    return answer.header("Content-Length").map(Attempt::parseLength).orElse(Comparison.UNKNOWN);
  }

  private static long parseLength(String field) {
    try {
      return Long.parseLong(field.strip());
    } catch (NumberFormatException e) {
      return Comparison.UNKNOWN;
    }
  }

  private AttemptResult accept(UpstreamResponse answer) throws UpstreamException, StorageException {
    Optional<AttemptResult> confirmed = confirmed(answer);
    if (confirmed.isPresent()) {
      return confirmed.get();
    }
    if (String.valueOf(answer.effectiveUri().getPath()).endsWith("/")) {
      return new AttemptResult.Folder();
    }
    Optional<String> objection =
        Plausibility.objectionToCoding(
            order.key().fileName(), answer.header("Content-Encoding").orElse(null));
    if (objection.isPresent()) {
      return implausible(objection.get());
    }
    PartialEntry fresh = store.begin(order.key(), answer.head(), answer.contentLength(), uri);
    partial = fresh;
    return stream(answer, fresh);
  }

  private AttemptResult stream(UpstreamResponse answer, PartialEntry target)
      throws UpstreamException, StorageException {
    ByteBuffer buffer = BUFFERS.get().clear();
    // Before it is opened the first bytes are gathered, so that they can be judged.
    byte[] prefix = download.phase() == Phase.STREAMING ? new byte[0] : readPrefix(target);
    while (true) {
      boolean atEnd = answer.read(buffer) < 0;
      if (cancellation.isCancelled()) {
        return new AttemptResult.Stopped();
      }
      buffer.flip();
      if (prefix.length < Plausibility.PREFIX && download.phase() != Phase.STREAMING) {
        prefix = append(prefix, buffer);
      }
      if (target.length() >= 0 && target.size() + buffer.remaining() > target.length()) {
        return implausible("more bytes than the file has");
      }
      if (buffer.hasRemaining()) {
        target.append(buffer);
      }
      buffer.clear();
      if (download.phase() == Phase.STREAMING) {
        download.publish(target.size());
      } else if (target.size() >= Plausibility.PREFIX || atEnd) {
        Optional<AttemptResult> refused = open(answer, target, prefix);
        if (refused.isPresent()) {
          return refused.get();
        }
      }
      if (atEnd && target.size() < target.length()) {
        return implausible("fewer bytes than the file has");
      }
      if (atEnd) {
        return new AttemptResult.Whole(answer.endIsCertain());
      }
    }
  }

  /** Opens the download to clients if its first bytes can be the file; the partial goes if not. */
  private Optional<AttemptResult> open(UpstreamResponse answer, PartialEntry target, byte[] prefix)
      throws StorageException {
    Optional<String> objection =
        Plausibility.objection(order.fileClass(), order.key().fileName(), prefix);
    if (objection.isPresent()) {
      discardPartial();
      return Optional.of(implausible(objection.get()));
    }
    try {
      download.open(target, answer.endIsCertain());
    } catch (IOException e) {
      throw unreadable(target, e);
    }
    return Optional.empty();
  }

  /** The beginning of what an earlier run left. */
  private static byte[] readPrefix(PartialEntry target) throws StorageException {
    ByteBuffer first = ByteBuffer.allocate((int) Math.min(Plausibility.PREFIX, target.size()));
    try (PartialEntry.Reader reader = target.openReader()) {
      while (first.hasRemaining() && reader.read(first, first.position()) > 0) {
        // Until all are there.
      }
    } catch (IOException e) {
      throw unreadable(target, e);
    }
    return Arrays.copyOf(first.array(), first.position());
  }

  private static StorageException unreadable(PartialEntry target, IOException cause) {
    return new StorageException("can't read back the partial entry of " + target.key(), cause);
  }

  private static byte[] append(byte[] prefix, ByteBuffer buffer) {
    int n = Math.min(Plausibility.PREFIX - prefix.length, buffer.remaining());
    byte[] longer = Arrays.copyOf(prefix, prefix.length + n);
    buffer.duplicate().get(longer, prefix.length, n);
    return longer;
  }

  private AttemptResult implausible(String what) {
    return new AttemptResult.Failed(
        new Failure(Failure.Kind.BAD_GATEWAY, uri, "sent " + what), false);
  }

  /** Any answer that brings neither a body nor a confirmation. */
  private AttemptResult refusal(UpstreamResponse answer) {
    int status = answer.status();
    if (status == 404 || status == 410) {
      return new AttemptResult.NotThere();
    }
    boolean overloaded = status == 429 || status == 502 || status == 503 || status == 504;
    return new AttemptResult.Failed(
        new Failure(
            status == 504 ? Failure.Kind.TIMEOUT : Failure.Kind.BAD_GATEWAY,
            uri,
            "answered " + status),
        overloaded);
  }

  private AttemptResult failed(UpstreamException fault) {
    boolean upstreamDown =
        fault.kind() == UpstreamException.Kind.UNREACHABLE
            || (fault.kind() == UpstreamException.Kind.TIMEOUT && response == null);
    return new AttemptResult.Failed(Failure.of(fault), upstreamDown);
  }

  /**
   * What a 304 updates (RFC 9111 section 3.2): never the length, nor Last-Modified, which names the
   * stored file's version. Its Date only where entity tags prove that the bytes are the same: it
   * may turn a weak Last-Modified into a strong one.
   */
  private static Head notModified(Head stored, Head answer) {
    boolean proved =
        stored.etag() != null
            && answer.etag() != null
            && stored.etag().strongMatches(answer.etag());
    return new Head(
        stored.etag() == null ? answer.etag() : stored.etag(),
        stored.lastModified(),
        proved && answer.date() != null ? answer.date() : stored.date(),
        stored.contentType());
  }

  private boolean sameServerAsStored() {
    return stored != null && uri.equals(stored.source());
  }

  private Exchange ask(String method, List<Map.Entry<String, String>> fields)
      throws UpstreamException {
    UpstreamResponse answer =
        client.execute(new UpstreamRequest(order.repo(), method, uri, fields), cancellation);
    response = answer;
    return new Exchange(answer);
  }

  /** Closes without a fault: what closing meets is no news after the answer has been judged. */
  private record Exchange(UpstreamResponse response) implements AutoCloseable {
    @Override
    public void close() {
      try {
        response.close();
      } catch (IOException e) {
        LOG.debug("closing the answer of {}", response.effectiveUri(), e);
      }
    }
  }
}
