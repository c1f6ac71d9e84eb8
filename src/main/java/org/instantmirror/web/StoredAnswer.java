package org.instantmirror.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.instantmirror.mirror.Answer;
import org.instantmirror.mirror.StoredBody;
import org.instantmirror.repo.FrontKey;
import org.instantmirror.store.OpenFiles;
import org.instantmirror.store.Store;
import org.instantmirror.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Serves complete files: small ones from the thread at hand, big ones by the web server in front or
 * the container's sendfile where these offer that, all else by the non-blocking writer.
 */
final class StoredAnswer {

  // Tomcat's contract for sendfile, by name, so that nothing here depends on Tomcat's classes.
  private static final String SENDFILE_SUPPORT = "org.apache.tomcat.sendfile.support";
  private static final String SENDFILE_NAME = "org.apache.tomcat.sendfile.filename";
  private static final String SENDFILE_START = "org.apache.tomcat.sendfile.start";
  private static final String SENDFILE_END = "org.apache.tomcat.sendfile.end";

  /** What fits into a container's response buffer is written without a chance to block. */
  private static final int AT_ONCE = 8 * 1024;

  private static final ThreadLocal<byte[]> BUFFERS =
      ThreadLocal.withInitial(() -> new byte[AT_ONCE]);

  private final Store store;
  private final OpenFiles openFiles;
  private final EntryAnswer entryAnswer;
  private final Supplier<@Nullable FrontKey> frontKey;

  /**
   * @param frontKey at the moment, of web servers in front that send files by themselves; null if
   *     there are none
   */
  StoredAnswer(
      Store store,
      OpenFiles openFiles,
      EntryAnswer entryAnswer,
      Supplier<@Nullable FrontKey> frontKey) {
    this.store = store;
    this.openFiles = openFiles;
    this.entryAnswer = entryAnswer;
    this.frontKey = frontKey;
  }

  /**
   * Serves the file.
   *
   * @return false if the file isn't any more what was found; nothing has been written then
   */
  boolean serve(
      HttpServletRequest request, HttpServletResponse response, Route route, Answer.Stored answer)
      throws IOException {
    StoredEntry entry = answer.entry();
    long size = entry.file().size();
    Rendition rendition = EntryAnswer.rendition(request, route, entry.head(), size);
    boolean bodiless = rendition.segments().isEmpty() || request.getMethod().equals("HEAD");
    if (bodiless) {
      writeHead(response, route, entry, rendition);
      return true;
    }
    Optional<Segment.Slice> only = rendition.onlySlice();
    if (only.isPresent()
        && size > AT_ONCE
        && byLink(request, response, route, entry, rendition, only.get())) {
      return true;
    }
    if (only.isPresent() && size <= AT_ONCE) {
      return atOnce(request, response, route, entry, rendition);
    }
    Optional<FileChannel> file = store.openFile(entry);
    if (file.isEmpty()) {
      return false;
    }
    writeHead(response, route, entry, rendition);
    Body body = new Body(new StoredBody(file.get(), size), rendition.segments());
    BodyWriter.send(request, response, body, Recovery.NONE);
    return true;
  }

  private void writeHead(
      HttpServletResponse response, Route route, StoredEntry entry, Rendition rendition) {
    EntryAnswer.writeHead(response, route, entry.head(), entry.file().size(), rendition);
    entryAnswer.writeAge(response, entry);
  }

  /** Leaves the body to the web server in front or to the container; false if neither takes it. */
  private boolean byLink(
      HttpServletRequest request,
      HttpServletResponse response,
      Route route,
      StoredEntry entry,
      Rendition rendition,
      Segment.Slice slice) {
    // Between a proxy that asks for an absolute URL and its client is no web server of ours.
    Optional<HandOff> handOff =
        AbsoluteUrlFilter.isAbsolute(request)
            ? Optional.empty()
            : HandOff.wanted(frontKey.get(), request);
    if (handOff.isEmpty() && !sendfileOffered(request)) {
      return false;
    }
    Optional<Path> link = store.servingLink(entry);
    if (link.isEmpty()) {
      return false;
    }
    writeHead(response, route, entry, rendition);
    if (handOff.isPresent()) {
      handOff.get().write(response, link.get());
      RequestRecord.of(request).sent(slice.length());
    } else {
      sendfile(request, link.get(), slice);
    }
    return true;
  }

  /** After an asynchronous dispatch Tomcat would send the head and no body. */
  private static boolean sendfileOffered(HttpServletRequest request) {
    return request.getDispatcherType() == DispatcherType.REQUEST
        && Boolean.TRUE.equals(request.getAttribute(SENDFILE_SUPPORT));
  }

  private static void sendfile(HttpServletRequest request, Path file, Segment.Slice slice) {
    request.setAttribute(SENDFILE_NAME, file.toString());
    request.setAttribute(SENDFILE_START, slice.first());
    request.setAttribute(SENDFILE_END, slice.end());
    RequestRecord.of(request).sent(slice.length());
  }

  private boolean atOnce(
      HttpServletRequest request,
      HttpServletResponse response,
      Route route,
      StoredEntry entry,
      Rendition rendition)
      throws IOException {
    Optional<OpenFiles.OpenFile> file = openFiles.open(entry);
    if (file.isEmpty()) {
      return false;
    }
    Segment.Slice slice = rendition.onlySlice().orElseThrow();
    try (OpenFiles.OpenFile bytes = file.get()) {
      byte[] buffer = BUFFERS.get();
      ByteBuffer target = ByteBuffer.wrap(buffer, 0, (int) slice.length());
      while (target.hasRemaining()) {
        if (bytes.read(target, slice.first() + target.position()) <= 0) {
          return false;
        }
      }
      writeHead(response, route, entry, rendition);
      response.getOutputStream().write(buffer, 0, target.limit());
      RequestRecord.of(request).sent(target.limit());
      return true;
    }
  }
}
