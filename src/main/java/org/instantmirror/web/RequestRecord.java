package org.instantmirror.web;

import jakarta.servlet.ServletRequest;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the log will say of a request; carried along as a request attribute. Thread-safe. */
final class RequestRecord {

  private static final String ATTRIBUTE = RequestRecord.class.getName();

  final long beganNanos = System.nanoTime();
  private final AtomicLong bytes = new AtomicLong();
  private volatile @Nullable String cacheStatus;
  private volatile @Nullable String upstream;
  private volatile @Nullable String url;
  private volatile boolean broken;

  void attach(ServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  /** The record of a request; a fresh one where nobody will log it. */
  static RequestRecord of(ServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof RequestRecord record
        ? record
        : new RequestRecord();
  }

  void sent(long more) {
    bytes.addAndGet(more);
  }

  void cacheStatus(String value) {
    cacheStatus = value;
  }

  void upstream(String value) {
    upstream = value;
  }

  /** An absolute URL was asked for, of which the path alone would say too little. */
  void url(String value) {
    url = value;
  }

  /** What was asked for, by its path where that says it. */
  String target(String path) {
    return url == null ? path : url;
  }

  /** The transfer to the client did not end as it should. */
  void broken() {
    broken = true;
  }

  long bytes() {
    return bytes.get();
  }

  String cacheStatus() {
    return cacheStatus == null ? "-" : cacheStatus;
  }

  String upstream() {
    return upstream == null ? "-" : upstream;
  }

  boolean isBroken() {
    return broken;
  }
}
