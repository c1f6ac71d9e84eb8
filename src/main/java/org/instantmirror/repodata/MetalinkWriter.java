package org.instantmirror.repodata;

import org.instantmirror.repodata.Metalink.MetalinkFile;
import org.instantmirror.repodata.Metalink.MetalinkUrl;
import org.instantmirror.repodata.Metalink.Version;

/**
 * Writes metalinks of version 3 with MirrorManager's additions (the time of each version, and what
 * a file may be as well), as {@link MetalinkReader} and librepo read them. Pure.
 */
public final class MetalinkWriter {

  private MetalinkWriter() {}

  /** The document. */
  public static String write(Metalink metalink) {
    StringBuilder xml =
        new StringBuilder(1024)
            .append("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n")
            .append(
                "<metalink version=\"3.0\" xmlns=\"http://www.metalinker.org/\" type=\"dynamic\"")
            .append(" generator=\"InstantMirror\"")
            .append(" xmlns:mm0=\"http://fedorahosted.org/mirrormanager\">\n <files>\n");
    metalink.files().forEach(file -> append(xml, file));
    return xml.append(" </files>\n</metalink>\n").toString();
  }

  private static void append(StringBuilder xml, MetalinkFile file) {
    xml.append("  <file name=\"").append(escape(file.name())).append("\">\n");
    append(xml, "   ", file.current());
    if (!file.alternates().isEmpty()) {
      xml.append("   <mm0:alternates>\n");
      for (Version version : file.alternates()) {
        xml.append("    <mm0:alternate>\n");
        append(xml, "     ", version);
        xml.append("    </mm0:alternate>\n");
      }
      xml.append("   </mm0:alternates>\n");
    }
    // As MirrorManager has it: one connection a mirror for programs that would open more.
    xml.append("   <resources maxconnections=\"1\">\n");
    file.urls().forEach(url -> append(xml, url));
    xml.append("   </resources>\n  </file>\n");
  }

  private static void append(StringBuilder xml, String indent, Version version) {
    if (version.timestamp() != null) {
      xml.append(indent)
          .append("<mm0:timestamp>")
          .append(version.timestamp().getEpochSecond())
          .append("</mm0:timestamp>\n");
    }
    if (version.size() >= 0) {
      xml.append(indent).append("<size>").append(version.size()).append("</size>\n");
    }
    xml.append(indent).append("<verification>\n");
    for (Checksum checksum : version.checksums()) {
      xml.append(indent)
          .append(" <hash type=\"")
          .append(checksum.type().name().toLowerCase(java.util.Locale.ROOT))
          .append("\">")
          .append(checksum.hex())
          .append("</hash>\n");
    }
    xml.append(indent).append("</verification>\n");
  }

  private static void append(StringBuilder xml, MetalinkUrl url) {
    String protocol = escape(url.protocol());
    xml.append("    <url protocol=\"").append(protocol);
    xml.append("\" type=\"").append(protocol).append('"');
    if (url.location() != null) {
      xml.append(" location=\"").append(escape(url.location())).append('"');
    }
    xml.append(" preference=\"").append(url.preference()).append("\">");
    xml.append(escape(url.url().toString())).append("</url>\n");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
