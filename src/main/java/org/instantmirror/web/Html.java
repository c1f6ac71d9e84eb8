package org.instantmirror.web;

/** Text within pages of our own. */
final class Html {

  private Html() {}

  /** The text, as content or as an attribute's value. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
